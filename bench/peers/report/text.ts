import { renderTable } from '../../../localstack/cli/table.ts';
import { figure, intervalText, verdictText } from '../../report/format.ts';
import type { ComparisonSummary, ContenderSummary, PeersEvaluation, TimesVerdict } from './evaluate-peers.ts';

const rowsOf = ({ contender, summary, times }: ContenderSummary): readonly (readonly string[])[] => {
  const name = `  ${contender.name}`;
  if (contender.skipped !== undefined) return [[name, `skipped: ${contender.skipped}`]];
  return summary.metrics
    .filter((each) => each.summary !== undefined)
    .map(({ name: metric, metric: { what, unit }, summary: found }, index) => {
      const ratio = times[metric];
      return [
        index === 0 ? name : '',
        what,
        found === undefined ? '-' : `${figure(found.median)} ${unit}`,
        ratio === undefined ? '' : `ours ${figure(ratio.median)}x`,
        intervalText(ratio),
      ];
    });
};

const comparisonText = ({ comparison, contenders }: ComparisonSummary): string =>
  `${comparison.name}: ${comparison.what}\n${renderTable(contenders.flatMap(rowsOf), 'words')}`;

const budgetRow = ({ what, peer, atLeast, times, verdict }: TimesVerdict): readonly string[] => [
  what,
  `≥ ${figure(atLeast)}x ${peer}`,
  times === undefined ? '-' : `${figure(times.median)}x`,
  intervalText(times),
  verdictText(verdict),
];

/** The report as a terminal shows it: the median of each metric, and how many times better ours is. */
export const renderPeersText = ({ comparisons, budgets, lostByOurs, failures }: PeersEvaluation): string =>
  [
    ...comparisons.map(comparisonText),
    budgets.length === 0 ? '' : renderTable(budgets.map(budgetRow), 'words'),
    ...failures.map((failure) => `FAILED ${failure}\n`),
    `Events that ours accepted and then lost: ${lostByOurs}\n`,
  ]
    .filter((section) => section !== '')
    .join('\n');
