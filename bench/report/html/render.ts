import type { BenchResult } from '../../run/result.ts';
import type { BudgetVerdict, Evaluation, MetricSummary, ScenarioSummary } from '../evaluate.ts';
import { figure, intervalText, thresholdText, verdictText } from '../format.ts';
import { escapeHtml } from './escape-html.ts';
import { page, table } from './page.ts';
import { seriesPlots, spectraPlot } from './plots.ts';
import { provenanceRows } from './provenance.ts';
import { strip } from './strip.ts';

const verdictRow = ({ budget, unit, summary, verdict }: BudgetVerdict): readonly string[] => [
  `<a href="#${escapeHtml(budget.scenario)}">${escapeHtml(budget.what)}</a>`,
  escapeHtml(`${thresholdText(budget.threshold)} ${unit}`),
  summary === undefined ? '-' : figure(summary.median),
  intervalText(summary),
  `<span class="${verdict.kind}">${escapeHtml(verdictText(verdict))}</span>`,
];

const verdictSection = (title: string, verdicts: readonly BudgetVerdict[]): string => {
  if (verdicts.length === 0) return '';
  const head = ['what', 'threshold', 'median', '95 % of the median', 'verdict'];
  return `<h2>${title}</h2>\n${table(head, verdicts.map(verdictRow))}`;
};

const metricRow = (
  { name, metric, summary }: MetricSummary,
  { scenario, noisy }: ScenarioSummary,
): readonly string[] => {
  const values = scenario.repeats.flatMap(({ repeat, values: { [name]: value } }) => {
    if (value === undefined) return [];
    return [{ value, text: `repeat ${repeat}: ${figure(value)} ${metric.unit}`, why: noisy.get(repeat) ?? [] }];
  });
  return [
    escapeHtml(metric.what),
    summary === undefined ? '-' : `${figure(summary.median)} ${escapeHtml(metric.unit)}`,
    intervalText(summary),
    summary === undefined ? '' : `${summary.quiet} of ${summary.count}`,
    strip(values, summary?.interval),
  ];
};

export const scenarioSection = (summary: ScenarioSummary): string => {
  const { scenario, metrics } = summary;
  const head = `<h2 id="${escapeHtml(scenario.name)}">${escapeHtml(scenario.name)}</h2>\n<p>${escapeHtml(scenario.what)}</p>`;
  if (scenario.skipped !== undefined)
    return `${head}\n<p class="inconclusive">skipped: ${escapeHtml(scenario.skipped)}</p>`;
  const failures = scenario.failures.map((failure) => `<p class="failed">failed: ${escapeHtml(failure)}</p>`);
  const columns = ['metric', 'median', '95 % of the median', 'quiet repeats', 'repeats'];
  const rows = table(
    columns,
    metrics.map((metric) => metricRow(metric, summary)),
  );
  return [head, ...failures, rows, spectraPlot(scenario), seriesPlots(scenario)].join('\n');
};

/** What a run was made on, and when. */
export const provenance = (result: Omit<BenchResult, 'format' | 'scale' | 'scenarios'>): string => {
  const { machine, revision, startedAt, finishedAt, scaleName } = result;
  const rows = [...provenanceRows(machine, revision), ['run', `${scaleName}, ${startedAt} to ${finishedAt}`]];
  return table(
    ['', ''],
    rows.map((row) => row.map(escapeHtml)),
  );
};

const instrumentSection = ({ instrument }: Evaluation): string => {
  if (instrument === undefined) return '';
  const { ratio, isFastEnough } = instrument;
  const text = `The load generator gets ${ratio.toFixed(1)} times as much from a bare server as from the product.`;
  return `<p class="${isFastEnough ? 'met' : 'not-met'}">${text}</p>`;
};

const lossSection = ({ lostEvents, failures }: Evaluation): string => {
  const lost = `<p class="${lostEvents === 0 ? 'met' : 'not-met'}">Events accepted and then lost: ${lostEvents}</p>`;
  return [lost, ...failures.map((failure) => `<p class="failed">failed: ${escapeHtml(failure)}</p>`)].join('\n');
};

const reading = `<p>A repeat starts a host of its own on an empty store. Medians are over repeats, intervals by bootstrap over them.
Filled dots: the machine was quiet; hollow ones: others used it too, and the dot says how. What is met on a busy machine is met;
what is not met there is inconclusive.</p>`;

/** A run as one HTML file. */
export const renderHtml = (result: BenchResult, evaluation: Evaluation): string =>
  page(`fi-events bench, ${result.startedAt.slice(0, 16).replace('T', ' ')} UTC`, [
    provenance(result),
    reading,
    lossSection(evaluation),
    instrumentSection(evaluation),
    verdictSection('Budgets', evaluation.budgets),
    verdictSection('Aims', evaluation.aims),
    ...evaluation.scenarios.map(scenarioSection),
  ]);
