import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dueTimes } from '../../../bench/load/due-times.ts';
import type { RateStep } from '../../../bench/load/plan.ts';
import { sizedEvents } from '../../../bench/load/sized-events.ts';
import { readSourceEvents } from '../../../bench/load/source-events.ts';

const varying = (steps: readonly RateStep[], spacing: 'even' | 'random', totalMs: number, seed = 1): Float64Array =>
  dueTimes({ kind: 'varying', steps, spacing, seed }, totalMs) ?? new Float64Array();

const bursts: readonly RateStep[] = [
  { forMs: 1_500, requestsPerSecond: 40 },
  { forMs: 500, requestsPerSecond: 4_000 },
];

describe('when requests fall due', () => {
  it('is at even times at a constant rate, and never in a closed loop', () => {
    expect([...(dueTimes({ kind: 'constant', requestsPerSecond: 4 }, 1_000) ?? [])]).toEqual([0, 250, 500, 750]);
    expect(dueTimes({ kind: 'closed' }, 1_000)).toBeUndefined();
  });

  it('goes through the steps of a rate that varies, over and over', () => {
    const steps = [
      { forMs: 100, requestsPerSecond: 20 },
      { forMs: 200, requestsPerSecond: 0 },
      { forMs: 100, requestsPerSecond: 40 },
    ];
    expect([...varying(steps, 'even', 800)]).toEqual([0, 50, 300, 325, 350, 375, 400, 450, 700, 725, 750, 775]);
    expect(() => varying([{ forMs: 100, requestsPerSecond: 0 }], 'even', 500)).toThrow(/a step with requests/);
  });

  it('is random with the rates of the steps: Poisson, so counts vary as much as they are large', () => {
    const times = varying(bursts, 'random', 2_000 * 200);
    const inBurst = times.filter((ms) => ms % 2_000 >= 1_500).length;
    expect(inBurst / 200).toBeGreaterThan(1_970);
    expect(inBurst / 200).toBeLessThan(2_030);
    const calm = Array.from({ length: 200 }, () => 0);
    for (const ms of times)
      if (ms % 2_000 < 1_500) calm[Math.floor(ms / 2_000)] = (calm[Math.floor(ms / 2_000)] ?? 0) + 1;
    const mean = calm.reduce((sum, count) => sum + count, 0) / calm.length;
    const variance = calm.reduce((sum, count) => sum + (count - mean) ** 2, 0) / calm.length;
    expect(mean).toBeGreaterThan(56);
    expect(mean).toBeLessThan(64);
    expect(variance / mean).toBeGreaterThan(0.7);
    expect(variance / mean).toBeLessThan(1.4);
  });

  it('ascends, stays within the time, and is the same for the same seed', () => {
    const step = fc.record({
      forMs: fc.integer({ min: 1, max: 300 }),
      requestsPerSecond: fc.integer({ min: 1, max: 2_000 }),
    });
    const steps = fc.array(step, { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(steps, fc.constantFrom('even', 'random'), fc.nat(99), (given, spacing, seed) => {
        const times = varying(given, spacing, 1_000, seed);
        expect([...times]).toEqual([...times].sort((left, right) => left - right));
        expect(times.at(-1) ?? 0).toBeLessThan(1_000);
        expect(times.at(0) ?? 0).toBeGreaterThanOrEqual(0);
        expect(varying(given, spacing, 1_000, seed)).toEqual(times);
      }),
    );
  });
});

describe('events of other sizes', () => {
  it('have the sizes of the distribution, and stay events', () => {
    const events = readSourceEvents();
    const sized = sizedEvents(events, [
      [0, 400],
      [0.5, 800],
      [1, 20_000],
    ]);
    const bytes = sized.map(({ line }) => Buffer.byteLength(line)).sort((left, right) => left - right);
    expect(bytes[0]).toBeGreaterThanOrEqual(400);
    expect(Math.abs((bytes[4_999] ?? 0) - 800)).toBeLessThanOrEqual(2);
    expect(bytes.at(-1)).toBeGreaterThan(19_900);
    for (const index of [0, 1, 2_000, 9_999]) {
      const { event_id, consultation_id, payload } = JSON.parse(sized[index]?.line ?? '');
      expect({ event_id, consultation_id }).toEqual({
        event_id: events[index]?.eventId,
        consultation_id: events[index]?.consultationId,
      });
      expect(typeof payload.note).toBe('string');
    }
  });
});
