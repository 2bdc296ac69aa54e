import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../bench/measure/random.ts';
import { dispersionOf, fitArrival, fitSizes } from '../../../../bench/tune/workload/fit-trace.ts';
import { workloadOfLog } from '../../../../bench/tune/workload/read-access-log.ts';
import { parseSizes } from '../../../../bench/tune/workload/workload.ts';

const trace = (requests: readonly number[], intervalMs = 1_000) => ({ intervalMs, requests });

/** Counts of independent arrivals: how many of `tries` come up with a chance of `mean / tries`. */
const poissonCounts = (count: number, mean: number): readonly number[] => {
  const random = createRandom(3);
  const tries = 1_000;
  return Array.from(
    { length: count },
    () => Array.from({ length: tries }, random).filter((value) => value < mean / tries).length,
  );
};

describe('the arrivals of a recording', () => {
  it('are even where counts hardly vary', () => {
    expect(fitArrival(trace([20, 20, 21, 19, 20]))).toMatchObject({
      what: '20.0 requests a second, evenly',
      arrival: { kind: 'constant', requestsPerSecond: 20 },
    });
  });

  it('are independent where counts vary as those of independent requests do', () => {
    const counts = poissonCounts(200, 20);
    expect(dispersionOf(trace(counts))).toBeGreaterThan(0.7);
    expect(fitArrival(trace(counts)).arrival).toMatchObject({ kind: 'varying', spacing: 'random' });
    expect(fitArrival(trace(counts)).what).toMatch(/independent of each other/);
  });

  it('are the recording itself where they come in bursts', () => {
    const { what, arrival } = fitArrival(trace([0, 0, 50, 50, 0], 100));
    expect(what).toBe('as recorded: 200.0 requests a second on average, 500.0 at most');
    expect(arrival).toMatchObject({
      steps: [
        { forMs: 200, requestsPerSecond: 0 },
        { forMs: 200, requestsPerSecond: 500 },
        { forMs: 100, requestsPerSecond: 0 },
      ],
    });
  });

  it('need requests', () => {
    expect(() => fitArrival(trace([0, 0]))).toThrow(/no request was seen/);
  });
});

describe('sizes', () => {
  it('are kept as quantiles', () => {
    const sizes = fitSizes(Array.from({ length: 101 }, (_, index) => 1_000 - index));
    expect(sizes[0]).toEqual([0, 900]);
    expect(sizes).toContainEqual([0.5, 950]);
    expect(sizes.at(-1)).toEqual([1, 1_000]);
    expect(parseSizes('p0=10, p100=20')).toEqual([
      [0, 10],
      [1, 20],
    ]);
  });
});

const combinedLine = (second: number, rest: string): string =>
  `10.0.0.1 - - [25/Nov/2026:17:31:${String(second).padStart(2, '0')} +0100] ${rest}`;

describe('an access log', () => {
  it('in the combined format tells when events were posted, and with $request_length how large they were', () => {
    const lines = [
      combinedLine(1, '"POST /consultations/a/events HTTP/1.1" 202 90 "-" "client/1" 700'),
      combinedLine(1, '"POST /events HTTP/1.1" 202 90 "-" "client/1" 900'),
      combinedLine(2, '"POST /events HTTP/1.1" 202 90 "-" "client/1" 900'),
      combinedLine(2, '"GET /events HTTP/1.1" 200 90 "-" "client/1" 100'),
      combinedLine(2, '"POST /quarantine/retry HTTP/1.1" 200 90 "-" "client/1" 100'),
      combinedLine(2, '"POST /stage/consultations/b/events?x=1 HTTP/1.1" 202 90 "-" "client/1" 900'),
      'nonsense',
    ];
    expect(workloadOfLog(lines.join('\n'), 'ours')).toMatchObject({
      name: 'ours',
      arrival: { kind: 'constant', requestsPerSecond: 2 },
      eventSizes: expect.arrayContaining([
        [0, 700],
        [1, 900],
      ]),
    });
  });

  it('without request lengths keeps the sizes of the data set: the length of an answer is none', () => {
    const workload = workloadOfLog(combinedLine(1, '"POST /events HTTP/1.1" 202 90 "-" "client/1"'), 'ours');
    expect(workload.eventSizes).toBeUndefined();
  });

  it('as JSON lines tells fractions of a second', () => {
    const lines = [0, 0.05, 0.1, 0.15, 0.45].map((seconds) =>
      JSON.stringify({ time: 1_764_000_000 + seconds, method: 'POST', path: '/events', request_length: 500 }),
    );
    const { arrival, eventSizes } = workloadOfLog(lines.join('\n'), 'ours');
    expect(arrival).toMatchObject({ kind: 'varying' });
    expect(eventSizes?.[0]).toEqual([0, 500]);
  });

  it('without any post to events is refused', () => {
    expect(() => workloadOfLog('GET / 200\n{"broken', 'ours')).toThrow(/no POST to ...\/events/);
  });
});
