import { describe, expect, it } from 'vitest';
import { constant, type Draw, exponential, fromSpectrum } from '../../../../bench/capacity/simulation/draw.ts';
import { createProcessors } from '../../../../bench/capacity/simulation/processors.ts';
import { createSimulation } from '../../../../bench/capacity/simulation/simulation.ts';
import { createRandom } from '../../../../bench/measure/random.ts';
import type { Spectrum } from '../../../../bench/measure/spectrum.ts';

/** The mean of what {@link fromSpectrum} draws. */
const meanOfSpectrum = (spectrum: Spectrum): number => {
  let sum = 0;
  let [lastShare, last] = [0, spectrum[0]?.[1] ?? Number.NaN];
  for (const [share, value] of spectrum) {
    sum += ((share - lastShare) * (value + last)) / 2;
    [lastShare, last] = [share, value];
  }
  return sum;
};

/** Mean of some times in ms. */
const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

interface Arrivals {
  readonly perMs: number;
  readonly count: number;
  readonly seed: number;
}

/** Has customers arrive at random (Poisson) and runs until all have left. */
const withArrivals = (
  { perMs, count, seed }: Arrivals,
  open: (simulation: ReturnType<typeof createSimulation>) => (leave: () => void) => void,
): readonly number[] => {
  const simulation = createSimulation();
  const serve = open(simulation);
  const gap = exponential(1 / perMs, createRandom(seed));
  const times: number[] = [];
  let left = count;
  const arrive = (): void => {
    const sinceMs = simulation.nowMs;
    serve(() => times.push(simulation.nowMs - sinceMs));
    if (--left > 0) simulation.after(gap(), arrive);
  };
  simulation.after(gap(), arrive);
  simulation.runUntil(1e12);
  expect(times).toHaveLength(count);
  return times;
};

/** Mean time in a system of one thread on one processor, first come, first served. */
const singleServer = (serviceMs: Draw, arrivals: Arrivals): number =>
  meanOf(
    withArrivals(arrivals, (simulation) => {
      const thread = createProcessors(simulation, 1).group().thread();
      return (leave) => thread.work(serviceMs() * 1_000, leave);
    }),
  );

describe('a thread on one processor', () => {
  for (const load of [0.3, 0.6, 0.8]) {
    it(`waits as M/M/1 says at a load of ${load}: 1 / (service rate - arrival rate)`, () => {
      const mean = singleServer(exponential(1, createRandom(7)), { perMs: load, count: 200_000, seed: 1 });
      expect(mean / (1 / (1 - load))).toBeCloseTo(1, 1);
    });

    it(`waits as M/D/1 says at a load of ${load}: half as long as M/M/1 (Pollaczek and Khinchine)`, () => {
      const mean = singleServer(constant(1), { perMs: load, count: 200_000, seed: 2 });
      expect(mean / (1 + load / (2 * (1 - load)))).toBeCloseTo(1, 1);
    });
  }

  it('waits by the second moment of its service time, as M/G/1 says of any distribution', () => {
    const spectrum = [
      [0, 0.5],
      [0.9, 0.5],
      [0.9, 4.5],
      [1, 4.5],
    ] as const;
    const load = 0.7;
    const mean = meanOfSpectrum(spectrum);
    const secondMoment = 0.9 * 0.5 ** 2 + 0.1 * 4.5 ** 2;
    const perMs = load / mean;
    const expected = mean + (perMs * secondMoment) / (2 * (1 - load));
    const draw = fromSpectrum(spectrum, createRandom(5));
    expect(singleServer(draw, { perMs, count: 150_000, seed: 3 }) / expected).toBeCloseTo(1, 1);
  });
});

describe('threads that share processors', () => {
  it('stay as long as M/G/1 with processor sharing says, whatever the distribution: service / (1 - load)', () => {
    for (const service of [constant(1), exponential(1, createRandom(11))]) {
      const times = withArrivals({ perMs: 0.6, count: 30_000, seed: 4 }, (simulation) => {
        const processors = createProcessors(simulation, 1);
        // A free thread for each customer: all that are there share the processor.
        const idle: { work(us: number, done: () => void): void }[] = [];
        return (leave) => {
          const thread = idle.pop() ?? processors.group().thread();
          thread.work(service() * 1_000, () => {
            idle.push(thread);
            leave();
          });
        };
      });
      expect(meanOf(times) / (1 / 0.4)).toBeCloseTo(1, 1);
    }
  });

  it('get what their weights say, one processor each at most, and a group counts as one', () => {
    const simulation = createSimulation();
    const processors = createProcessors(simulation, 2);
    const service = processors.group();
    const [heavy, light] = [service.thread(3_072), service.thread(1_024)];
    const other = processors.group().thread();
    for (const thread of [heavy, light, other]) thread.work(1e9);
    simulation.runUntil(1_000);
    // Time is credited at the next change: have one.
    processors.group().thread().work(1);
    // The other group is one thread: one processor. The service has the second one, by weights.
    expect(other.usedUs / 1e6).toBeCloseTo(1, 6);
    expect(heavy.usedUs / 1e6).toBeCloseTo(0.75, 6);
    expect(light.usedUs / 1e6).toBeCloseTo(0.25, 6);
  });

  it('keep a processor from one that wakes up until their slice is over, or they have no more work', () => {
    const simulation = createSimulation();
    const group = createProcessors(simulation, 1, constant(3)).group();
    const endedMs: number[] = [];
    const ended = (): void => void endedMs.push(simulation.nowMs);
    group.thread().work(2_000, ended);
    group.thread().work(1_000, ended);
    simulation.runUntil(10);
    // The second one waits for the first one's end, which comes before that of its slice.
    expect(endedMs).toEqual([2, 3]);
    group.thread().work(10_000, ended);
    group.thread().work(1_000, ended);
    simulation.runUntil(100);
    // From 13 ms on both share the processor: the second one's millisecond takes two.
    expect(endedMs.slice(2)).toEqual([expect.closeTo(15, 6), expect.closeTo(21, 6)]);
  });
});
