import { describe, expect, it } from 'vitest';
import { WrongUsage } from '../../../../bench/run/run-options.ts';
import { chooseBest, keepsBounds, rank } from '../../../../bench/tune/goal/choose.ts';
import { parseGoal } from '../../../../bench/tune/goal/parse-goal.ts';
import type { Values } from '../../../../bench/tune/metrics.ts';

describe('a goal', () => {
  it('is bounds, in the units of their metrics, and objectives in their order', () => {
    expect(parseGoal('p95<250ms, accept.p95 <= 0.5s,throughput>=2k/s, cost ,bytes')).toMatchObject({
      constraints: [
        { metric: 'p95', comparison: '<', bound: 250 },
        { metric: 'accept.p95', comparison: '<=', bound: 500 },
        { metric: 'throughput', comparison: '>=', bound: 2_000 },
      ],
      objectives: ['cost', 'bytes'],
    });
    expect(parseGoal('bytes≤1KiB,cpu').constraints).toEqual([{ metric: 'bytes', comparison: '<=', bound: 1_024 }]);
    expect(parseGoal('p95<250,cost').constraints[0]?.bound).toBe(250);
  });

  const wrong: readonly (readonly [goal: string, message: RegExp])[] = [
    ['p96<250ms,cost', /no metric "p96"; there are p50, p95/],
    ['speed', /no metric "speed"/],
    ['p95<250kg,cost', /wants a number, with us or µs or ms or s behind it if anything, not "250kg"/],
    ['p95<,cost', /wants a number.*not ""/],
    ['p95<-3ms,cost', /not "-3ms"/],
    ['p95>250ms,cost', /better when lower, so bound it with </],
    ['throughput<250,cost', /better when higher, so bound it with >/],
    ['p95<250ms', /name what is to be as good as it gets behind the bounds, e.g. p95<250ms,cost/],
    ['p95<250ms,,cost', /has an empty part/],
    ['', /has an empty part/],
    ['cost,cost', /cost is named twice/],
  ];
  for (const [goal, message] of wrong) {
    it(`"${goal}" is refused`, () => {
      expect(() => parseGoal(goal)).toThrow(WrongUsage);
      expect(() => parseGoal(goal)).toThrow(message);
    });
  }
});

const candidates = (...all: readonly Values[]) => all.map((values, index) => ({ key: String(index), values }));
const best = (goal: string, ...all: readonly Values[]): string | undefined =>
  chooseBest(parseGoal(goal), candidates(...all))?.key;

describe('choosing for a goal', () => {
  it('takes the best by the objective among those that keep the bounds', () => {
    const values = [
      { p95: 300, cost: 1 },
      { p95: 240, cost: 3 },
      { p95: 100, cost: 2 },
    ];
    expect(best('p95<250ms,cost', ...values)).toBe('2');
    expect(best('cost', ...values)).toBe('0');
    expect(best('throughput', { throughput: 10 }, { throughput: 20 })).toBe('1');
  });

  it('takes what comes nearest where nothing keeps the bounds, and says so', () => {
    const goal = parseGoal('p95<50ms,cost');
    expect(best('p95<50ms,cost', { p95: 300, cost: 1 }, { p95: 60, cost: 9 })).toBe('1');
    expect(keepsBounds(goal, { p95: 60 })).toBe(false);
    expect(keepsBounds(goal, { p95: 50 })).toBe(false);
    expect(keepsBounds(goal, { p95: 49 })).toBe(true);
  });

  it('lets the next objective decide where one is much the same', () => {
    expect(best('cost,p95', { cost: 1, p95: 300 }, { cost: 1.02, p95: 100 }, { cost: 1.2, p95: 10 })).toBe('1');
  });

  it('puts what a target cannot tell behind everything else', () => {
    expect(best('bytes', {}, { bytes: 10_000 })).toBe('1');
    expect(best('bytes<5B,cost', { cost: 1 }, { cost: 2, bytes: 4 })).toBe('1');
    expect(best('bytes')).toBeUndefined();
  });

  it('takes no target for good that refuses the workload, whatever else it does', () => {
    const refusing = { p95: 10, cost: 1, refused: 5 };
    expect(best('p95<250ms,cost', refusing, { p95: 200, cost: 3, refused: 0.05 })).toBe('1');
    expect(keepsBounds(parseGoal('cost'), refusing)).toBe(false);
    expect(keepsBounds(parseGoal('cost'), { refused: 0.05 })).toBe(true);
  });

  it('ranks all, each the best of those behind it', () => {
    const ranked = rank(
      parseGoal('p95<250ms,cost'),
      candidates({ p95: 300, cost: 1 }, { p95: 9, cost: 3 }, { p95: 9, cost: 2 }),
    );
    expect(ranked.map(({ key }) => key)).toEqual(['2', '1', '0']);
  });
});
