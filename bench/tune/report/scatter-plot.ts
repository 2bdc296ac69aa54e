import { figure } from '../../report/format.ts';
import { escapeHtml } from '../../report/html/escape-html.ts';
import { logScale } from '../../report/html/scale.ts';

/** How a point stands out. */
export type PointKind = 'other' | 'front' | 'usual' | 'best';

export interface Point {
  readonly x: number;
  readonly y: number;
  /** Shown when the pointer rests on it. */
  readonly text: string;
  readonly kind: PointKind;
}

export interface ScatterPlot {
  readonly title: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly points: readonly Point[];
}

const [width, height] = [640, 320];
const [left, right, top, bottom] = [64, 16, 30, 44];

/** Later ones are drawn over earlier ones. */
const looks: Readonly<Record<PointKind, string>> = {
  other: 'r="3" fill="#b9b9b9"',
  front: 'r="4.5" fill="#0b62a4"',
  usual: 'r="5" fill="#fff" stroke="#1b1b1b" stroke-width="2"',
  best: 'r="6.5" fill="none" stroke="#c4532d" stroke-width="3"',
};
const order: readonly PointKind[] = ['other', 'front', 'usual', 'best'];
const legend: Readonly<Record<PointKind, string>> = {
  other: 'measured',
  front: 'Pareto front',
  usual: 'default',
  best: 'recommended',
};

/** Room around the points, so that none lies on an axis. */
const padded = (values: readonly number[]): { readonly low: number; readonly high: number } => ({
  low: Math.min(...values) / 1.1,
  high: Math.max(...values) * 1.1,
});

const label = (x: number, y: number, text: string, anchor: string): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${escapeHtml(text)}</text>`;

const legendRow = (kinds: readonly PointKind[]): string =>
  kinds
    .map((kind, index) => {
      const x = width - right - (kinds.length - index) * 95;
      return `<circle cx="${x}" cy="12" ${looks[kind]}></circle>${label(x + 10, 16, legend[kind], 'start')}`;
    })
    .join('');

/** Points on two logarithmic axes as inline SVG; a sentence where there is nothing to draw. */
export const scatterPlot = ({ title, xTitle, yTitle, points }: ScatterPlot): string => {
  const drawn = points.filter(({ x, y }) => x > 0 && y > 0);
  if (drawn.length === 0) return `<p>${escapeHtml(title)}: no values</p>`;
  const x = logScale({ from: left, to: width - right, ...padded(drawn.map((point) => point.x)) });
  const y = logScale({ from: height - bottom, to: top, ...padded(drawn.map((point) => point.y)) });
  const grid = y.ticks.map((tick) => {
    const at = y.at(tick).toFixed(1);
    const line = `<line x1="${left}" y1="${at}" x2="${width - right}" y2="${at}" class="grid"></line>`;
    return line + label(left - 6, y.at(tick) + 4, figure(tick), 'end');
  });
  const ticks = x.ticks.map((tick) => label(x.at(tick), height - bottom + 16, figure(tick), 'middle'));
  const dots = order.flatMap((kind) =>
    drawn
      .filter((point) => point.kind === kind)
      .map(
        (point) =>
          `<circle cx="${x.at(point.x).toFixed(1)}" cy="${y.at(point.y).toFixed(1)}" ${looks[kind]}><title>${escapeHtml(point.text)}</title></circle>`,
      ),
  );
  const kinds = order.filter((kind) => drawn.some((point) => point.kind === kind));
  return [
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(title)}">`,
    label(left, 16, yTitle, 'start'),
    label(width - right, height - 8, xTitle, 'end'),
    legendRow(kinds),
    ...grid,
    ...ticks,
    ...dots,
    '</svg>',
  ].join('');
};
