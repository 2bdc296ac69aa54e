import { renderTable } from '../../../localstack/cli/table.ts';
import { figure } from '../../report/format.ts';
import type { Confirmation } from '../confirm/confirmation.ts';
import { frontMetrics, type MetricName, metricNames, tuneMetrics, type Values } from '../metrics.ts';
import type { Recommendation } from '../search/recommend.ts';
import { sizeOf } from '../search/space.ts';
import type { Summary } from '../search/summarise.ts';
import { explainLimits } from './explain-limits.ts';
import { damagedEvents, type TuneReport } from './report.ts';

export const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;

/** A metric with its unit; `cost` needs more digits than others. */
export const valueText = (metric: MetricName, values: Values | undefined): string => {
  const value = values?.[metric];
  if (value === undefined) return '-';
  return metric === 'cost' ? `${value.toFixed(3)} $` : `${figure(value)} ${tuneMetrics[metric].unit}`;
};

/** What is recommended and how sure that is, in sentences. */
export const recommendationInWords = (recommendation: Recommendation, goal: string): readonly string[] => {
  const { best, confidence, keepsBounds, boundsConfidence } = recommendation;
  const bounds = keepsBounds
    ? `It keeps the bounds of the goal in ${percent(boundsConfidence)} of the resamples.`
    : 'NO configuration that was measured keeps the bounds of the goal: this one comes nearest.';
  const noise =
    best.noisy === 0
      ? ''
      : ` ${best.noisy} of its ${best.repeats} repeats were measured on a busy machine: confirm it on a quiet one.`;
  return [
    `For ${goal}: ${best.key}.`,
    `It is the best of the finalists in ${percent(confidence)} of the resamples (bootstrap over ${best.repeats} repeats each). ${bounds}${noise}`,
  ];
};

/** What a reader has to know before the figures. */
export const caveats = ({ search }: Pick<TuneReport, 'search'>): readonly string[] => {
  const modelled = search.space.medium.filter((medium) => medium !== 'device');
  const isUnknown = URL.canParse(search.target) && sizeOf(search.space) === 1;
  return [
    ...(modelled.length === 0
      ? []
      : [
          `MODELLED store media: ${modelled.join(', ')}. Latencies and bandwidths of a table are added to the store's calls; no such device was there. The queue lies on this machine's own disk.`,
        ]),
    ...(isUnknown
      ? ['What a deployment at a URL is set to is not known: it is named by the defaults, and was measured as it is.']
      : []),
  ];
};

export const verdictInWords = ({ verdict, confidence }: Confirmation): string => {
  if (verdict.kind === 'confirmed') {
    return `CONFIRMED by a fresh run: nothing was lost, its bounds hold, and it serves the goal as well as the defaults or better in ${percent(confidence)} of the resamples.`;
  }
  return verdict.kind === 'inconclusive'
    ? `A fresh run is inconclusive: ${verdict.reason}.`
    : `NOT CONFIRMED by a fresh run: ${verdict.reasons.join('; ')}.`;
};

const comparison = (best: Summary, usual: Summary | undefined, confirmation: Confirmation | undefined): string => {
  const rows = metricNames.map((metric) => [
    tuneMetrics[metric].what,
    valueText(metric, best.values),
    valueText(metric, usual?.values),
    ...(confirmation === undefined ? [] : [valueText(metric, confirmation.recommended?.values)]),
  ]);
  const head = ['', 'recommended', 'default', ...(confirmation === undefined ? [] : ['recommended, fresh'])];
  return renderTable([head, ...rows], 'words');
};

const frontTable = (front: readonly Summary[]): string => {
  const rows = front.map(({ key, values }) => [key, ...frontMetrics.map((metric) => valueText(metric, values))]);
  return renderTable([['Pareto front', ...frontMetrics], ...rows], 'words');
};

/** The report as a terminal shows it. */
export const renderText = (report: TuneReport): string => {
  const { recommendation, usual, search, findings, confirmation } = report;
  const { lost, repeated } = damagedEvents(report);
  const failures = findings.bad.flatMap(({ outcome, request }) =>
    outcome.kind === 'failed' ? [`failed (rung ${request.rung + 1}): ${outcome.reason}\n`] : [],
  );
  const decision =
    recommendation === undefined
      ? ['No finalist could be measured: nothing is recommended.\n']
      : [
          `${recommendationInWords(recommendation, search.goal).join('\n')}\n`,
          `${explainLimits(recommendation.best).join('\n')}\n`,
          comparison(recommendation.best, usual, confirmation),
        ];
  return [
    [`${search.workload.what}, on ${search.target}`, ...caveats(report), ''].join('\n'),
    frontTable(report.front),
    ...decision,
    ...(confirmation === undefined ? [] : [`${verdictInWords(confirmation)}\n`]),
    failures.join(''),
    `${report.trials.length} trials. Events accepted and then lost: ${lost}; readable twice: ${repeated}\n`,
  ]
    .filter((section) => section !== '')
    .join('\n');
};
