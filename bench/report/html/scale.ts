/** Places values on an axis of a plot. */
export interface AxisScale {
  /** In the plot's units. */
  at(value: number): number;
  readonly ticks: readonly number[];
}

export interface AxisOptions {
  readonly from: number;
  readonly to: number;
  readonly low: number;
  readonly high: number;
}

const wantedTicks = 5;

/** 1, 2 or 5 times a power of ten: steps that can be read. */
const stepOf = (range: number): number => {
  const rough = range / wantedTicks;
  const power = 10 ** Math.floor(Math.log10(rough));
  const times = rough / power;
  if (times <= 1) return power;
  if (times <= 2) return 2 * power;
  return (times <= 5 ? 5 : 10) * power;
};

export const linearScale = ({ from, to, low, high }: AxisOptions): AxisScale => {
  const range = high - low || 1;
  const step = stepOf(range);
  const ticks: number[] = [];
  for (let index = Math.ceil(low / step); index * step <= low + range * 1.000_001; index++) ticks.push(index * step);
  return { at: (value) => from + ((value - low) / range) * (to - from), ticks };
};

/** Values of 0 and less have no place on it and are drawn at its lower end. */
export const logScale = ({ from, to, low, high }: AxisOptions): AxisScale => {
  const [first, last] = [Math.log10(low), Math.log10(high)];
  const range = last - first || 1;
  const ticks: number[] = [];
  for (let power = Math.floor(first); power <= Math.ceil(last); power++) {
    for (const times of range > 3 ? [1] : [1, 2, 5]) {
      const tick = times * 10 ** power;
      if (tick >= low * 0.999 && tick <= high * 1.001) ticks.push(tick);
    }
  }
  return {
    at: (value) => from + ((Math.log10(Math.max(value, low)) - first) / range) * (to - from),
    ticks,
  };
};
