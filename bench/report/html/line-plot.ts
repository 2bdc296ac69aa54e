import { figure } from '../format.ts';
import { escapeHtml } from './escape-html.ts';
import { type AxisScale, linearScale, logScale } from './scale.ts';

export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Lines of one group have one colour and one place in the legend. Default: the name. */
  readonly group?: string;
}

export interface LinePlot {
  readonly title: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly lines: readonly Line[];
  readonly yIsLogarithmic?: boolean;
  /** Instead of the axis's own: where, and what stands there. */
  readonly xTicks?: readonly (readonly [x: number, text: string])[];
}

const [width, height] = [640, 300];
const [left, right, top, bottom] = [64, 16, 30, 44];
const colours = ['#0b62a4', '#c4532d', '#3c8a4e', '#7a4fa3', '#8a6d1b', '#2f8f8f'];

const tag = (name: string, attributes: Readonly<Record<string, string | number>>, content = ''): string => {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeHtml(String(value))}"`);
  return `<${name}${written.join('')}>${content}</${name}>`;
};

const label = (x: number, y: number, text: string, anchor: 'start' | 'middle' | 'end'): string =>
  tag('text', { x: x.toFixed(1), y: y.toFixed(1), 'text-anchor': anchor }, escapeHtml(text));

const gridLine = (x1: number, y1: number, x2: number, y2: number): string =>
  tag('line', { x1: x1.toFixed(1), y1: y1.toFixed(1), x2: x2.toFixed(1), y2: y2.toFixed(1), class: 'grid' });

const rangeOf = (values: readonly number[]): { readonly low: number; readonly high: number } => {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return { low, high };
};

const verticalScale = (values: readonly number[], isLogarithmic: boolean): AxisScale => {
  const place = { from: height - bottom, to: top };
  const { low, high } = rangeOf(isLogarithmic ? values.filter((value) => value > 0) : values);
  if (isLogarithmic) return logScale({ ...place, low, high: Math.max(high, low * 1.1) });
  return linearScale({ ...place, low: Math.min(0, low), high: high > 0 ? high : 1 });
};

const pathOf = ({ points }: Line, x: AxisScale, y: AxisScale): string =>
  points.map(([px, py], index) => `${index === 0 ? 'M' : 'L'}${x.at(px).toFixed(1)} ${y.at(py).toFixed(1)}`).join('');

/** A plot of lines as inline SVG; a sentence where there is nothing to draw. */
export const linePlot = ({ title, xTitle, yTitle, lines, yIsLogarithmic = false, xTicks }: LinePlot): string => {
  const points = lines.flatMap((line) => line.points);
  const ys = points.map(([, y]) => y);
  if (points.length === 0 || (yIsLogarithmic && ys.every((y) => y <= 0)))
    return `<p>${escapeHtml(title)}: no values</p>`;
  const x = linearScale({ from: left, to: width - right, ...rangeOf(points.map(([px]) => px)) });
  const y = verticalScale(ys, yIsLogarithmic);
  const groups = [...new Set(lines.map(({ name, group = name }) => group))];
  const colourOf = (group: string): string => colours[groups.indexOf(group) % colours.length] ?? 'black';
  const ticks = xTicks ?? x.ticks.map((tick) => [tick, figure(tick)] as const);
  const parts = [
    label(left, 16, `${title} (${yTitle})`, 'start'),
    ...ticks.map(([at, text]) => label(x.at(at), height - bottom + 16, text, 'middle')),
    ...y.ticks.flatMap((tick) => [
      gridLine(left, y.at(tick), width - right, y.at(tick)),
      label(left - 6, y.at(tick) + 4, figure(tick), 'end'),
    ]),
    label(width - right, height - 8, xTitle, 'end'),
    ...lines.map((line) =>
      tag(
        'path',
        { d: pathOf(line, x, y), stroke: colourOf(line.group ?? line.name) },
        tag('title', {}, escapeHtml(line.name)),
      ),
    ),
    ...groups.map((group, index) =>
      tag(
        'text',
        {
          x: width - right - 8,
          // Latencies and most series end high, so that the lower right corner is free.
          y: height - bottom - 10 - (groups.length - 1 - index) * 15,
          fill: colourOf(group),
          class: 'legend',
          'text-anchor': 'end',
        },
        escapeHtml(group),
      ),
    ),
  ];
  return tag('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': title }, parts.join(''));
};
