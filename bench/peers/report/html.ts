import { figure, intervalText, verdictText } from '../../report/format.ts';
import { escapeHtml } from '../../report/html/escape-html.ts';
import { page, table } from '../../report/html/page.ts';
import { provenance, scenarioSection } from '../../report/html/render.ts';
import type { PeersResult } from '../run/result.ts';
import type { ComparisonSummary, ContenderSummary, PeersEvaluation, TimesVerdict } from './evaluate-peers.ts';

/** A metric's median and, in parentheses, how many times better ours is. */
const cell = ({ summary, times }: ContenderSummary, metric: string): string => {
  const found = summary.metrics.find(({ name }) => name === metric)?.summary;
  if (found === undefined) return '';
  const ratio = times[metric];
  return figure(found.median) + (ratio === undefined ? '' : ` (${figure(ratio.median)}x)`);
};

const isMeasured = ({ contender }: ContenderSummary): boolean => contender.skipped === undefined;

const overview = ({ comparison, contenders }: ComparisonSummary): string => {
  const measured = contenders.filter(isMeasured);
  const rows = Object.entries(comparison.metrics).map(([name, { what, unit }]) => [
    escapeHtml(`${what}, ${unit}`),
    ...measured.map((each) => escapeHtml(cell(each, name))),
  ]);
  return table(['', ...measured.map(({ contender }) => contender.name)], rows);
};

const skippedLine = ({ contender: { name, skipped } }: ContenderSummary): string =>
  skipped === undefined ? '' : `<p class="inconclusive">${escapeHtml(`${name} was skipped: ${skipped}`)}</p>`;

const comparisonSection = (summary: ComparisonSummary): string => {
  const { name, what } = summary.comparison;
  return [
    `<h2 id="${escapeHtml(name)}">${escapeHtml(name)}</h2>\n<p>${escapeHtml(what)}</p>`,
    overview(summary),
    ...summary.contenders.map(skippedLine),
    ...summary.contenders.filter(isMeasured).map((each) => scenarioSection(each.summary)),
  ].join('\n');
};

const budgetRow = ({ what, peer, atLeast, times, verdict }: TimesVerdict): readonly string[] => [
  escapeHtml(what),
  escapeHtml(`≥ ${figure(atLeast)}x ${peer}`),
  times === undefined ? '-' : `${figure(times.median)}x`,
  intervalText(times),
  `<span class="${verdict.kind}">${escapeHtml(verdictText(verdict))}</span>`,
];

const budgetSection = ({ budgets }: PeersEvaluation): string =>
  budgets.length === 0
    ? ''
    : `<h2>Budgets against the report's own stack</h2>\n${table(['what', 'threshold', 'median', '95 % of the median', 'verdict'], budgets.map(budgetRow))}`;

const outcome = ({ lostByOurs, failures }: PeersEvaluation): string => {
  const lost = `<p class="${lostByOurs === 0 ? 'met' : 'not-met'}">Events that ours accepted and then lost: ${lostByOurs}</p>`;
  return [lost, ...failures.map((failure) => `<p class="failed">failed: ${escapeHtml(failure)}</p>`)].join('\n');
};

const reading = `<p>Ours and its peers were measured in turn. In parentheses stands how many times better ours is than the peer, against
ours right before and right after it: above 1 ours is ahead, whichever way the metric is better. Medians are over runs, intervals by bootstrap
over them; filled dots: the machine was quiet, hollow ones: others used it too. Two contenders compare as far as they promise the same:
what each does before it answers stands beside its name. A kill -9 ends processes and not the machine: what the system has in memory for a file
survives it, synced or not.</p>`;

/** A run as one HTML file. */
export const renderPeersHtml = (result: PeersResult, evaluation: PeersEvaluation): string =>
  page(`fi-events beside its peers, ${result.startedAt.slice(0, 16).replace('T', ' ')} UTC`, [
    provenance(result),
    reading,
    outcome(evaluation),
    budgetSection(evaluation),
    ...evaluation.comparisons.map(comparisonSection),
  ]);
