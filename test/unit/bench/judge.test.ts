import { describe, expect, it } from 'vitest';
import { judge, type Sample, summarise } from '../../../bench/measure/judge.ts';
import { createRandom } from '../../../bench/measure/random.ts';

const samples = (values: readonly number[], quiet = true): readonly Sample[] =>
  values.map((value) => ({ value, quiet }));
const summaryOf = (given: readonly Sample[]) => summarise(given, createRandom(1));
const around = (value: number): readonly number[] => [0.98, 0.99, 1, 1.01, 1.02].map((times) => times * value);

describe('the summary of a metric', () => {
  it('is over the quiet repeats where there are enough of them', () => {
    const mixed = [...samples([10, 11, 12]), ...samples([100, 200], false)];
    expect(summaryOf(mixed)).toMatchObject({ median: 11, count: 5, quiet: 3 });
  });

  it('is over all of them otherwise, and says how many were quiet', () => {
    const mixed = [...samples([10, 11]), ...samples([100, 200, 300], false)];
    expect(summaryOf(mixed)).toMatchObject({ median: 100, count: 5, quiet: 2 });
  });

  it('has no interval of one value, and is none of no value', () => {
    expect(summaryOf(samples([10]))).toEqual({ median: 10, interval: undefined, count: 1, quiet: 1 });
    expect(summaryOf([])).toBeUndefined();
  });
});

describe('a threshold', () => {
  const atLeast = { atLeast: 100 };
  const atMost = { atMost: 100 };

  it('is met, or not, when the whole interval lies on its side', () => {
    expect(judge(summaryOf(samples(around(150))), atLeast, false)).toEqual({ kind: 'met' });
    expect(judge(summaryOf(samples(around(150))), atMost, false)).toEqual({ kind: 'not-met' });
    expect(judge(summaryOf(samples(around(50))), atLeast, false)).toEqual({ kind: 'not-met' });
    expect(judge(summaryOf(samples(around(50))), atMost, false)).toEqual({ kind: 'met' });
  });

  it('is inconclusive within the interval', () => {
    expect(judge(summaryOf(samples(around(100))), atLeast, false)).toMatchObject({
      kind: 'inconclusive',
      reason: expect.stringContaining('within the interval'),
    });
  });

  it('can be met on a busy machine, and not be missed there: noise only slows down', () => {
    expect(judge(summaryOf(samples(around(150), false)), atLeast, false)).toEqual({ kind: 'met' });
    expect(judge(summaryOf(samples(around(50), false)), atLeast, false)).toEqual({
      kind: 'inconclusive',
      reason: 'the machine was busy: 0 of 5 repeats were quiet',
    });
  });

  it('wants three repeats, but of what noise cannot change', () => {
    expect(judge(summaryOf(samples([150, 150])), atLeast, false)).toMatchObject({ kind: 'inconclusive' });
    expect(judge(summaryOf(samples([150], false)), atLeast, true)).toEqual({ kind: 'met' });
    expect(judge(summaryOf(samples([50], false)), atLeast, true)).toEqual({ kind: 'not-met' });
  });

  it('is inconclusive where nothing was measured', () => {
    expect(judge(undefined, atLeast, false)).toMatchObject({ kind: 'inconclusive' });
  });
});
