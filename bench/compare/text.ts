import { renderTable } from '../../localstack/cli/table.ts';
import { median } from '../measure/quantile.ts';
import { figure } from '../report/format.ts';
import type { MetricComparison, ResultComparison } from './compare-results.ts';

const percent = (ratio: number): string => {
  const change = (ratio - 1) * 100;
  return Number.isFinite(change) ? `${change > 0 ? '+' : ''}${change.toFixed(1)} %` : '-';
};

const row = ({ scenario, metric, baseline, candidate, comparison }: MetricComparison): readonly string[] => [
  scenario,
  metric.what,
  `${figure(median(baseline))} ${metric.unit}`,
  figure(median(candidate)),
  percent(comparison.ratio),
  `${percent(comparison.interval.low)} to ${percent(comparison.interval.high)}`,
  comparison.difference.replace('-', ' '),
];

/** A comparison as a terminal shows it. */
export const renderComparison = ({ metrics, left, doubts }: ResultComparison): string => {
  const head = ['scenario', 'metric', 'before', 'after', 'change', 'its interval', ''];
  const table = metrics.length === 0 ? '' : renderTable([head, ...metrics.map(row)], 'words');
  return [table, ...left.map((line) => `not compared: ${line}\n`), ...doubts.map((line) => `DOUBTFUL: ${line}\n`)].join(
    '',
  );
};
