import type { Summary, Threshold, Verdict } from '../measure/judge.ts';

/** Three significant digits, and all those before the point. */
export const figure = (value: number): string => {
  if (!Number.isFinite(value)) return '-';
  const size = Math.abs(value);
  const digits = size >= 100 || size === 0 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
};

export const intervalText = (summary: Summary | undefined): string => {
  if (summary?.interval === undefined) return '';
  return `${figure(summary.interval.low)} to ${figure(summary.interval.high)}`;
};

export const thresholdText = (threshold: Threshold): string =>
  'atLeast' in threshold ? `≥ ${figure(threshold.atLeast)}` : `≤ ${figure(threshold.atMost)}`;

export const verdictText = (verdict: Verdict): string =>
  verdict.kind === 'inconclusive' ? `inconclusive: ${verdict.reason}` : verdict.kind.replace('-', ' ');

/** A share from 0 to 1. */
export const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
