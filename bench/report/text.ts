import { renderTable } from '../../localstack/cli/table.ts';
import type { BudgetVerdict, Evaluation, ScenarioSummary } from './evaluate.ts';
import { figure, intervalText, thresholdText, verdictText } from './format.ts';

const scenarioTable = ({ scenario, metrics, noisy }: ScenarioSummary): string => {
  const head = `${scenario.name}: ${scenario.what}\n`;
  if (scenario.skipped !== undefined) return `${head}  skipped: ${scenario.skipped}\n`;
  const rows = metrics.map(({ metric, summary }) => [
    `  ${metric.what}`,
    summary === undefined ? '-' : `${figure(summary.median)} ${metric.unit}`,
    intervalText(summary),
  ]);
  const noise = [...noisy].map(([repeat, reasons]) => `  repeat ${repeat} was noisy: ${reasons.join('; ')}\n`);
  const failures = scenario.failures.map((failure) => `  failed: ${failure}\n`);
  return head + renderTable(rows, 'words') + noise.join('') + failures.join('');
};

const budgetTable = (title: string, verdicts: readonly BudgetVerdict[]): string => {
  if (verdicts.length === 0) return '';
  const rows = verdicts.map(({ budget, unit, summary, verdict }) => [
    budget.what,
    `${thresholdText(budget.threshold)} ${unit}`,
    summary === undefined ? '-' : figure(summary.median),
    intervalText(summary),
    verdictText(verdict),
  ]);
  return renderTable([[title, 'threshold', 'median', '95 % of it', 'verdict'], ...rows], 'words');
};

const instrumentLine = ({ instrument }: Evaluation): string => {
  if (instrument === undefined) return '';
  const { ratio, isFastEnough } = instrument;
  const doubt = isFastEnough ? '' : ': TOO LITTLE, it measures itself';
  return `The generator gets ${ratio.toFixed(1)} times as much from a bare server as from the product${doubt}.\n`;
};

/** The report as a terminal shows it. */
export const renderText = (evaluation: Evaluation): string =>
  [
    ...evaluation.scenarios.map(scenarioTable),
    budgetTable('budget', evaluation.budgets),
    budgetTable('aim', evaluation.aims),
    instrumentLine(evaluation),
    ...evaluation.failures.map((failure) => `FAILED ${failure}\n`),
    `Events accepted and then lost: ${evaluation.lostEvents}\n`,
  ]
    .filter((section) => section !== '')
    .join('\n');
