import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinResults, type SharedPlan, splitPlan } from '../../../bench/load/run-loads.ts';
import { spectrumOf } from '../../../bench/measure/spectrum.ts';
import { loadResult as result } from './fixtures/load-run.ts';

const plan: SharedPlan = {
  host: '127.0.0.1',
  port: 1,
  connections: 50,
  eventsPerRequest: 1,
  arrival: { kind: 'constant', requestsPerSecond: 6_000 },
  durationMs: 1_000,
  retry: false,
};

describe('a plan for several generators', () => {
  it('deals out all connections and the whole rate, with ids that do not meet', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 9 }), (connections, generators) => {
        const plans = splitPlan({ ...plan, connections }, generators);
        expect(plans.reduce((sum, each) => sum + each.connections, 0)).toBe(connections);
        expect(Math.min(...plans.map((each) => each.connections))).toBeGreaterThan(0);
        const rates = plans.map(({ arrival }) => (arrival.kind === 'constant' ? arrival.requestsPerSecond : 0));
        expect(rates.reduce((sum, rate) => sum + rate, 0)).toBeCloseTo(6_000, 6);
        expect(new Set(plans.map(({ idPrefix }) => idPrefix)).size).toBe(plans.length);
      }),
    );
  });

  it('is reported as if it had been one', () => {
    const joined = joinResults([
      {
        idPrefix: 'a',
        result: result({ statuses: { 202: 3, 503: 1 }, acceptedEvents: 3, latenciesMs: Float64Array.of(1, 4, 9) }),
      },
      {
        idPrefix: 'b',
        result: result({
          elapsedMs: 1_200,
          statuses: { 202: 2 },
          lost: 1,
          partial: 1,
          acceptedEvents: 2,
          latenciesMs: Float64Array.of(2, 5),
        }),
      },
    ]);
    expect(joined).toMatchObject({ elapsedMs: 1_200, statuses: { 202: 5, 503: 1 }, failed: 3, acceptedEvents: 5 });
    expect([...joined.latenciesMs]).toEqual([1, 2, 4, 5, 9]);
  });
});

describe('a spectrum', () => {
  it('rises in both, ends with the largest value, and goes no further than the values can tell', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1e5, noNaN: true }), { minLength: 1, maxLength: 300 }),
        (values) => {
          const sorted = Float64Array.from(values).sort();
          const spectrum = spectrumOf(sorted);
          expect(spectrum.at(-1)).toEqual([1, sorted.at(-1)]);
          for (const [index, [share, value]] of spectrum.entries()) {
            const [formerShare, formerValue] = spectrum[index - 1] ?? [-1, -1];
            expect(share).toBeGreaterThan(formerShare);
            expect(value).toBeGreaterThanOrEqual(formerValue);
            if (share < 1) expect((1 - share) * values.length).toBeGreaterThanOrEqual(1);
          }
        },
      ),
    );
  });

  it('is exact', () => {
    const sorted = Float64Array.from({ length: 1_000 }, (_, index) => index);
    const at = new Map(spectrumOf(sorted).map(([share, value]) => [Number(share.toFixed(6)), value]));
    expect([at.get(0.5), at.get(0.9), at.get(0.99), at.get(1)]).toEqual([500, 900, 990, 999]);
    expect(spectrumOf(new Float64Array())).toEqual([]);
  });
});
