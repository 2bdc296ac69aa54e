import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { paretoFront } from '../../../../bench/tune/goal/pareto-front.ts';
import type { Values } from '../../../../bench/tune/metrics.ts';

const valuesOf: fc.Arbitrary<Values> = fc.record({
  p95: fc.integer({ min: 1, max: 6 }),
  throughput: fc.integer({ min: 1, max: 6 }),
  cost: fc.integer({ min: 1, max: 6 }),
});
const candidates = fc
  .array(valuesOf, { maxLength: 20 })
  .map((all) => all.map((values, index) => ({ key: String(index), values })));

const isBetter = (left: Values, right: Values): boolean => {
  const gains = [
    (right.p95 ?? 0) - (left.p95 ?? 0),
    (left.throughput ?? 0) - (right.throughput ?? 0),
    (right.cost ?? 0) - (left.cost ?? 0),
  ];
  return Math.min(...gains) >= 0 && Math.max(...gains) > 0;
};

describe('the Pareto front', () => {
  it('has exactly those that no other beats', () => {
    fc.assert(
      fc.property(candidates, (all) => {
        const front = paretoFront(all);
        for (const candidate of all) {
          const isBeaten = all.some((other) => isBetter(other.values, candidate.values));
          expect(front.includes(candidate)).toBe(!isBeaten);
        }
      }),
    );
  });

  it('has an answer to everything that is not in it: one of the front beats it', () => {
    fc.assert(
      fc.property(candidates, (all) => {
        const front = paretoFront(all);
        for (const candidate of all) {
          if (front.includes(candidate)) continue;
          expect(front.some((other) => isBetter(other.values, candidate.values))).toBe(true);
        }
      }),
    );
  });
});
