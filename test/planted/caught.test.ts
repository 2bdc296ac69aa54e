import { beforeAll, expect, it } from 'vitest';
import { simulateSeed, warmUp } from '../simulation/rig/history.ts';
import { reads, readWithPause } from '../simulation/rig/paused-reader.ts';
import { plantedBugs } from './bugs.ts';

const bug = plantedBugs.find(({ name }) => name === process.env.FI_TEST_PLANTED);
if (bug === undefined) throw new Error('run it by npm run test:planted, which plants a bug for each run of this file');

/** `FI_TEST_SEEDS=200` tries so many with each bug; without it the first seed that catches it is enough. */
const seeds = process.env.FI_TEST_SEEDS === undefined ? undefined : Number(process.env.FI_TEST_SEEDS);

/** Runs what may show it, the how manieth time. @throws what it shows */
const attempt = async (number: number): Promise<void> => {
  if (bug.by !== 'pauses') await simulateSeed(number);
  else for (const [, read] of reads) await readWithPause(number, read);
};

const firstLine = (text: string): string => text.split('\n')[0] ?? '';

/** What is said of a seed that was caught: the promise that is broken. */
const reasonOf = (error: unknown): string => {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return firstLine(cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause));
};

beforeAll(warmUp);

it(`catches ${bug.name}: ${bug.what}`, async () => {
  const caught = new Map<number, string>();
  const last = seeds ?? bug.within;
  for (let seed = 1; seed <= last && (seeds !== undefined || caught.size === 0); seed++) {
    await attempt(seed).catch((error) => caught.set(seed, reasonOf(error)));
  }
  const [first] = caught;
  const of = seeds === undefined ? '' : ` (${caught.size} of ${seeds})`;
  console.log(`${bug.name}: caught by ${[...caught.keys()].join(' ')}${of}; first: ${first?.[1]}`);
  expect(Reflect.get(globalThis, 'plantedFiles')).toEqual(new Set(bug.patches.map(({ file }) => file)));
  expect(first?.[0] ?? Number.POSITIVE_INFINITY, 'the first seed that caught it').toBeLessThanOrEqual(bug.within);
});
