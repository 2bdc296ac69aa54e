/** A source of numbers that a seed alone decides: the same seed gives the same run. */
export interface Random {
  /** A whole number from 0 up to, but not including, `below`. */
  below(below: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  pick<Value>(values: readonly Value[]): Value;
  fill(target: Uint8Array): void;
}

/** Mulberry32: small, fast, and good enough to choose faults by. */
export const createRandom = (seed: number): Random => {
  // Spread by the golden ratio: neighbouring seeds, which is what tests take, began alike.
  let state = Math.imul(seed, 0x9e3779b1) >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    chance: (probability) => next() < probability,
    pick: (values) => {
      const value = values[below(values.length)];
      if (value === undefined) throw new RangeError('nothing to pick from');
      return value;
    },
    fill: (target) => {
      for (let index = 0; index < target.length; index++) target[index] = below(256);
    },
  };
};
