import { expect, it } from 'vitest';
import { describeFlips, flipBytes } from './flips.ts';
import { mergedStore, verifyMemory } from './rig.ts';

/** Some bytes of every file, chosen by this seed; `npm run test:tamper` flips all of them. */
const seed = Number(process.env.FI_TEST_TAMPER_SEED ?? 1);
const flipsPerFile = 12;

/** Numbers in `[0, below)`, the same for the same seed (a linear congruential generator). */
const randomNumbers = (from: number): ((below: number) => number) => {
  let state = from >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
};

const random = randomNumbers(seed);

const placesIn = (bytes: Uint8Array): readonly number[] =>
  Array.from({ length: flipsPerFile }, () => random(bytes.length));

it('names the file of a byte that is flipped, whatever it means', { timeout: 120_000 }, async () => {
  const files = await mergedStore();
  expect((await verifyMemory(files)).findings).toEqual([]);
  const flips = await flipBytes(files, [...files.keys()], placesIn);
  expect(flips.unseen).toEqual([]);
  expect(flips.flipped).toBe(files.size * flipsPerFile);
  console.log(`${describeFlips(flips)} (seed ${seed})`);
});
