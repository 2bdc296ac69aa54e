import type { Interval } from '../../measure/bootstrap.ts';
import { escapeHtml } from './escape-html.ts';
import { linearScale } from './scale.ts';

/** One value of a metric; `why` is empty when the machine was quiet. */
export interface StripValue {
  readonly value: number;
  readonly text: string;
  readonly why: readonly string[];
}

const [width, height, margin] = [180, 18, 6];

/** All repeats of a metric in a line: quiet ones filled, noisy ones hollow, the interval of the median behind them. */
export const strip = (values: readonly StripValue[], interval: Interval | undefined): string => {
  if (values.length === 0) return '';
  const numbers = values.map(({ value }) => value);
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const x = linearScale({ from: margin, to: width - margin, low, high });
  const at = (value: number): string => (low === high ? width / 2 : x.at(value)).toFixed(1);
  const bar =
    interval === undefined || low === high
      ? ''
      : `<rect x="${at(interval.low)}" y="4" width="${(x.at(interval.high) - x.at(interval.low)).toFixed(1)}" height="10" class="interval"></rect>`;
  const dots = values.map(
    ({ value, text, why }) =>
      `<circle cx="${at(value)}" cy="9" r="3.5" class="${why.length === 0 ? 'quiet' : 'noisy'}"><title>${escapeHtml([text, ...why].join('; '))}</title></circle>`,
  );
  return `<svg viewBox="0 0 ${width} ${height}" class="strip" role="img" aria-label="all repeats">${bar}${dots.join('')}</svg>`;
};
