import { describe, expect, it } from 'vitest';
import { readCapacityOptions, WrongOption } from '../../../../bench/capacity/options.ts';
import { ratesOf, sessionsOfPeak } from '../../../../bench/capacity/roadmap/demand.ts';
import { mostPerSecond, sealedPerSecond } from '../../../../bench/capacity/roadmap/node-limit.ts';
import { commands } from '../../../../localstack/cli/commands.ts';
import { plantedCosts } from './fixtures/costs.ts';

const demand = { sessionsADay: 10_000, eventsASession: 50, peakFactor: 5, hoursADay: 10 };

describe('a demand', () => {
  it("of the report's 10,000 sessions a day is not its 12,000 requests a second", () => {
    const { averagePerSecond, peakPerSecond, storedGigabytesAYear } = ratesOf(demand, 110);
    expect(averagePerSecond).toBeCloseTo(13.9, 1);
    expect(peakPerSecond).toBeCloseTo(69.4, 1);
    expect(storedGigabytesAYear).toBeCloseTo(20.1, 1);
    expect(sessionsOfPeak(12_000, demand)).toBeCloseTo(1_728_000, 0);
    expect(sessionsOfPeak(peakPerSecond, demand)).toBeCloseTo(10_000, 6);
  });
});

describe('the limit of a node', { timeout: 120_000 }, () => {
  it('grows with its processors and hosts', () => {
    const small = mostPerSecond(plantedCosts, { processors: 1, hosts: 1 });
    const large = mostPerSecond(plantedCosts, { processors: 2, hosts: 1 });
    expect(small).toBeGreaterThan(4_000);
    expect(large).toBeGreaterThan(small * 1.3);
  });

  it('of a store is what one thread seals and merges', () => {
    expect(sealedPerSecond(plantedCosts)).toBeCloseTo(1e6 / ((25 + 3 * 15) * 0.6), 6);
  });
});

describe('the options of fi capacity', () => {
  const command = commands.find(({ name }) => name === 'capacity');
  const defaults = Object.fromEntries(
    Object.entries(command?.options ?? {}).map(([name, { default: fallback }]) => [name, fallback]),
  );

  it('have defaults that are read', () => {
    expect(readCapacityOptions(defaults).demand).toEqual(demand);
  });

  for (const [name, value] of [
    ['sessions-a-day', '0'],
    ['events-a-session', 'many'],
    ['peak-factor', '0.5'],
    ['hours-a-day', '25'],
    ['repeats', '1.5'],
  ] as const) {
    it(`refuse --${name} ${value}, by its name`, () => {
      expect(() => readCapacityOptions({ ...defaults, [name]: value })).toThrow(WrongOption);
      expect(() => readCapacityOptions({ ...defaults, [name]: value })).toThrow(`--${name}`);
    });
  }
});
