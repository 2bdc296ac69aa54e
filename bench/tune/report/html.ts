import { figure } from '../../report/format.ts';
import { escapeHtml } from '../../report/html/escape-html.ts';
import { page, table } from '../../report/html/page.ts';
import { provenanceRows } from '../../report/html/provenance.ts';
import { strip } from '../../report/html/strip.ts';
import { assumed } from '../cost/cost-per-million.ts';
import { prices } from '../cost/prices.ts';
import { tieShare } from '../goal/choose.ts';
import { frontMetrics, type MetricName, metricNames, tuneMetrics } from '../metrics.ts';
import type { Summary } from '../search/summarise.ts';
import { explainLimits } from './explain-limits.ts';
import { damagedEvents, type TuneReport } from './report.ts';
import { type PointKind, scatterPlot } from './scatter-plot.ts';
import { caveats, percent, recommendationInWords, valueText, verdictInWords } from './text.ts';

const paragraphs = (lines: readonly string[], className = ''): string =>
  lines.map((line) => `<p class="${className}">${escapeHtml(line)}</p>`).join('\n');

const recommendationSection = ({ recommendation, search, confirmation }: TuneReport): string => {
  if (recommendation === undefined)
    return paragraphs(['No finalist could be measured: nothing is recommended.'], 'failed');
  const verdict =
    confirmation === undefined
      ? ''
      : paragraphs(
          [verdictInWords(confirmation)],
          { confirmed: 'met', 'not-confirmed': 'not-met', inconclusive: 'inconclusive' }[confirmation.verdict.kind],
        );
  return [
    '<h2>Recommendation</h2>',
    paragraphs(recommendationInWords(recommendation, search.goal)),
    verdict,
    '<h2>What binds</h2>',
    paragraphs(explainLimits(recommendation.best)),
  ].join('\n');
};

const kindOf = (summary: Summary, { front, recommendation, usual }: TuneReport): PointKind => {
  if (summary.key === recommendation?.best.key) return 'best';
  if (summary.key === usual?.key) return 'usual';
  return front.some(({ key }) => key === summary.key) ? 'front' : 'other';
};

const titleOf = (metric: MetricName): string => `${tuneMetrics[metric].what} (${tuneMetrics[metric].unit})`;

const plotOf = (report: TuneReport, xMetric: MetricName, yMetric: MetricName): string =>
  scatterPlot({
    title: `${yMetric} against ${xMetric}`,
    xTitle: titleOf(xMetric),
    yTitle: titleOf(yMetric),
    points: report.findings.all.flatMap((summary) => {
      const [x, y] = [summary.values[xMetric], summary.values[yMetric]];
      if (x === undefined || y === undefined) return [];
      const text = `${summary.key}: ${valueText(xMetric, summary.values)}, ${valueText(yMetric, summary.values)}`;
      return [{ x, y, text, kind: kindOf(summary, report) }];
    }),
  });

const plotsSection = (report: TuneReport): string =>
  [
    '<h2>What was measured</h2>',
    '<p>Each point is a configuration, by its longest trials. Rest the pointer on one to see which.</p>',
    plotOf(report, 'p95', 'cost'),
    plotOf(report, 'p95', 'bytes'),
    plotOf(report, 'p95', 'throughput'),
    plotOf(report, 'accept.p95', 'p95'),
  ].join('\n');

const summaryTable = (title: string, summaries: readonly Summary[]): string => {
  const rows = summaries.map(({ key, values }) => [
    escapeHtml(key),
    ...frontMetrics.map((metric) => escapeHtml(valueText(metric, values))),
  ]);
  return `<h2>${title}</h2>\n${table(['configuration', ...frontMetrics], rows)}`;
};

const samplesOf = (summary: Summary, metric: MetricName): string =>
  strip(
    summary.samples.flatMap(({ [metric]: value }) => {
      if (value === undefined) return [];
      const isOutlier = summary.outliers.some((outlier) => outlier.metric === metric && outlier.value === value);
      const why = isOutlier ? ['an outlier, not in the median'] : [];
      return [{ value, text: `${figure(value)} ${tuneMetrics[metric].unit}`, why }];
    }),
    undefined,
  );

const finalistSections = ({ recommendation, usual, confirmation }: TuneReport): string => {
  if (recommendation === undefined) return '';
  const { best, ranked } = recommendation;
  const fresh = confirmation?.recommended;
  const rows = metricNames.map((metric) => [
    escapeHtml(tuneMetrics[metric].what),
    escapeHtml(valueText(metric, best.values)),
    samplesOf(best, metric),
    escapeHtml(valueText(metric, usual?.values)),
    escapeHtml(fresh === undefined ? '' : valueText(metric, fresh.values)),
  ]);
  const head = ['metric', 'recommended', 'its repeats', 'default', fresh === undefined ? '' : 'recommended, fresh run'];
  return [
    `<h2>Recommended and default</h2>`,
    table(head, rows),
    summaryTable('Finalists, the best first', ranked),
    paragraphs(ranked.flatMap((summary) => explainLimits(summary).map((line) => `${summary.key}: ${line}`))),
  ].join('\n');
};

const trialsSection = (report: TuneReport): string => {
  const { lost, repeated } = damagedEvents(report);
  const { trials, findings } = report;
  const noisy = trials.filter(({ noise }) => noise.length > 0);
  const whole = lost === 0 && repeated === 0;
  return [
    '<h2>Trials</h2>',
    paragraphs(
      [`${trials.length} trials. Events accepted and then lost: ${lost}; readable twice: ${repeated}.`],
      whole ? 'met' : 'not-met',
    ),
    paragraphs([
      `${percent(noisy.length / Math.max(1, trials.length))} of the trials were measured on a busy machine.`,
    ]),
    table(
      ['rung', 'repeat', 'configuration', 'readable p95', 'noise or failure'],
      [...noisy, ...findings.bad.filter(({ noise }) => noise.length === 0)].map(({ request, noise, outcome }) => [
        String(request.rung + 1),
        `${request.repeat}${request.attempt === 1 ? '' : `, try ${request.attempt}`}`,
        escapeHtml(
          `${request.configuration.batchSize}/${request.configuration.windowMs} ms/${request.configuration.compression}`,
        ),
        outcome.kind === 'failed' ? '-' : escapeHtml(valueText('p95', outcome.values)),
        escapeHtml([...noise, ...(outcome.kind === 'failed' ? [outcome.reason] : [])].join('; ')),
      ]),
    ),
  ].join('\n');
};

const method = `<p>Successive halving: many configurations briefly, the better part of them again and longer, the last few several times, in turn. Figures
are medians over repeats; where there are five or more, values more than four deviations from the median are left out of it and shown hollow. Of
finalists within ${(tieShare * 100).toFixed(0)} % of each other in one objective, the next decides. Every trial starts a target of its own, and reads every
accepted event back by the API.</p>
<p>Prices are AWS's list prices in ${prices.region} of ${prices.asOf}, by requests and GB-seconds that are modelled from what was measured here:
${prices.sources.map((source) => `<a href="${source}">${source}</a>`).join(', ')}.
Where a target does not tell, ${assumed.acceptMs} ms a request, ${assumed.persistMsPerEvent} ms of a batch's time and ${assumed.storedBytes} bytes an event are assumed.</p>`;

/** A search as one HTML file. */
export const renderHtml = (report: TuneReport): string => {
  const { search, machine, revision, trials } = report;
  return page(`fi-events tune: ${search.workload.name} on ${search.target}`, [
    paragraphs([`Workload: ${search.workload.what}. Goal: ${search.goal}.`]),
    paragraphs(caveats(report), 'inconclusive'),
    recommendationSection(report),
    plotsSection(report),
    summaryTable('Pareto front', report.front),
    finalistSections(report),
    trialsSection(report),
    '<h2>How</h2>',
    method,
    table(
      ['', ''],
      [
        ...provenanceRows(machine, revision),
        ['run', `${trials.at(0)?.startedAt ?? ''} to ${trials.at(-1)?.startedAt ?? ''}`],
      ].map((row) => row.map(escapeHtml)),
    ),
  ]);
};
