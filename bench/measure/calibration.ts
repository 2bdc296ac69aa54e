import { createHash } from 'node:crypto';

/** How fast the machine was for work that is always the same. */
export interface Calibration {
  /** Of the quickest round, in milliseconds: the machine's speed just then. */
  readonly quickestMs: number;
  /** Of the middle round. */
  readonly medianMs: number;
}

const rounds = 9;
const block = Buffer.alloc(65_536, 'calibration ');
const text = JSON.stringify(Array.from({ length: 400 }, (_, number) => ({ number, words: 'as many as an event has' })));

/** Hashing and parsing, as the product does: some milliseconds of one processor. */
const work = (): void => {
  const hash = createHash('sha256');
  for (let count = 0; count < 60; count++) hash.update(block);
  hash.digest();
  for (let count = 0; count < 20; count++) JSON.parse(text);
};

/** Takes some tens of milliseconds, in which nothing else of the bench should run. */
export const calibrate = (): Calibration => {
  const times = Float64Array.from({ length: rounds }, () => {
    const startMs = performance.now();
    work();
    return performance.now() - startMs;
  }).sort();
  return { quickestMs: times[0] ?? Number.NaN, medianMs: times[(rounds - 1) / 2] ?? Number.NaN };
};
