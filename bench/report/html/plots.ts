import type { Spectrum } from '../../measure/spectrum.ts';
import type { ScenarioResult } from '../../run/result.ts';
import { type Line, linePlot } from './line-plot.ts';

/** How far into the tail: 1 at 90 %, 2 at 99 %, and so on. */
const ninesOf = (share: number): number => -Math.log10(1 - share);

const tailTicks = [
  [ninesOf(0), '0'],
  [ninesOf(0.5), '50 %'],
  [ninesOf(0.9), '90 %'],
  [ninesOf(0.99), '99 %'],
  [ninesOf(0.999), '99.9 %'],
  [ninesOf(0.9999), '99.99 %'],
] as const;

/** The largest value stands at no share below 1, and so behind the last tick. */
const pointsOf = (spectrum: Spectrum): Line['points'] => {
  const inner = spectrum.filter(([share]) => share < 1).map(([share, value]) => [ninesOf(share), value] as const);
  const last = inner.at(-1)?.[0] ?? 0;
  return [...inner, ...spectrum.filter(([share]) => share === 1).map(([, value]) => [last + 0.3, value] as const)];
};

/** The distributions of a scenario: one plot, a colour for each of what they are of, a line for each repeat. */
export const spectraPlot = ({ name, repeats }: ScenarioResult): string => {
  const lines = repeats.flatMap(({ repeat, spectra = {} }) =>
    Object.entries(spectra).map(([of, spectrum]) => ({
      name: `${of}, repeat ${repeat}`,
      group: of,
      points: pointsOf(spectrum),
    })),
  );
  if (lines.length === 0) return '';
  const farthest = Math.max(...lines.flatMap(({ points }) => points.map(([x]) => x)));
  return linePlot({
    title: `${name}: latencies`,
    xTitle: 'share that is quicker',
    yTitle: 'ms',
    lines,
    yIsLogarithmic: true,
    xTicks: tailTicks.filter(([x]) => x <= farthest),
  });
};

/** What a scenario saw over time, of its first repeat: one plot for each unit. */
export const seriesPlots = ({ name, repeats }: ScenarioResult): string => {
  const [first] = repeats;
  const series = Object.entries(first?.series ?? {});
  const byUnit = Map.groupBy(series, ([of]) => of.split(', ').at(-1) ?? '');
  const plots = [...byUnit].map(([unit, group]) =>
    linePlot({
      title: `${name}, first repeat`,
      xTitle: 'seconds',
      yTitle: unit,
      lines: group.map(([of, points]) => ({ name: of, points })),
    }),
  );
  return plots.join('\n');
};
