/** A seeded source of randomness (mulberry32), so that a failed run can be had again: its moments and choices follow from the seed. */
export interface Random {
  readonly seed: number;
  /** A whole number from `least` to `most`. */
  between(least: number, most: number): number;
  oneOf<Item>(items: readonly [Item, ...Item[]]): Item;
}

const createRandom = (seed: number): Random => {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));
  return { seed, between, oneOf: (items) => items[between(0, items.length - 1)] ?? items[0] };
};

/** From `FI_TEST_SEED`, else a new seed; printed either way. */
export const announcedRandom = (): Random => {
  const given = process.env.FI_TEST_SEED;
  const seed = given === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(given);
  console.log(`FI_TEST_SEED=${seed}`);
  return createRandom(seed);
};
