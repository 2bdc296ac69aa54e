import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventHeap } from '../../../bench/capacity/simulation/event-heap.ts';
import { fairShare } from '../../../bench/capacity/simulation/fair-share.ts';

describe('the event heap', () => {
  it('gives events back by time, and those of one moment in the order they were scheduled', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (times) => {
        const heap = new EventHeap();
        for (const [order, atMs] of times.entries()) heap.push({ atMs, order, act: () => {} });
        const out = times.map(() => heap.pop());
        const sorted = [...times.entries()].sort(([i, a], [j, b]) => a - b || i - j);
        expect(out.map((event) => [event?.order, event?.atMs])).toEqual(sorted);
        expect(heap.size).toBe(0);
      }),
    );
  });
});

describe('a fair share', () => {
  const claims = fc.array(
    fc.record({
      weight: fc.double({ min: 0.1, max: 100, noNaN: true }),
      most: fc.double({ min: 0, max: 4, noNaN: true }),
    }),
    { minLength: 1, maxLength: 8 },
  );
  const capacity = fc.double({ min: 0.1, max: 16, noNaN: true });

  it('is no more than anyone can use, and leaves nothing that someone could', () => {
    fc.assert(
      fc.property(capacity, claims, (whole, wanted) => {
        const shares = fairShare(whole, wanted);
        const wantedInAll = wanted.reduce((sum, { most }) => sum + most, 0);
        for (const [index, { most }] of wanted.entries()) expect(shares[index]).toBeLessThanOrEqual(most + 1e-9);
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(Math.min(whole, wantedInAll), 6);
      }),
    );
  });

  it('gives nobody who wants more less for its weight than anyone else has', () => {
    fc.assert(
      fc.property(capacity, claims, (whole, wanted) => {
        const shares = fairShare(whole, wanted);
        const perWeight = wanted.map(({ weight }, index) => (shares[index] ?? 0) / weight);
        for (const [index, { most }] of wanted.entries()) {
          if ((shares[index] ?? 0) >= most - 1e-9) continue;
          for (const other of perWeight) expect(perWeight[index]).toBeGreaterThanOrEqual(other - 1e-6);
        }
      }),
    );
  });
});
