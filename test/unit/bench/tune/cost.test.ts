import { describe, expect, it } from 'vitest';
import { parametersOf } from '../../../../bench/tune/configuration.ts';
import { assumed, type CostInput, costPerMillion } from '../../../../bench/tune/cost/cost-per-million.ts';
import { configuration } from './fixtures.ts';

const input = (changes: Partial<CostInput> = {}): CostInput => ({
  configuration: configuration({ batchSize: 1_000, windowMs: 1_000, packBytes: 262_144 }),
  eventsPerRequest: 1,
  eventBytes: 1_000,
  eventsPerSecond: 200,
  acceptMs: 10,
  persistMsPerEvent: 0.1,
  storedBytes: 100,
  httpMegabytes: 512,
  persistMegabytes: 1_024,
  ...changes,
});

describe('the price of a million events on AWS', () => {
  it('is that of its requests, GB-seconds and bytes, worked out by hand', () => {
    const cost = costPerMillion(input());
    expect(cost.api).toBeCloseTo(1, 9);
    // A million requests, and 10 ms of half a GB each.
    expect(cost.ingest).toBeCloseTo(0.2 + 1e6 * 0.01 * 0.5 * 0.000_013_333_4, 9);
    // A million sends; ten messages of 1 kB a receive and a delete.
    expect(cost.queue).toBeCloseTo(0.4 * (1 + 0.1 + 0.1), 9);
    // 200 a second in windows of a second, shared by two: batches of 100.
    expect(cost.persist).toBeCloseTo(0.01 * 0.2 + 1e6 * 0.000_1 * 0.000_013_333_4, 9);
    expect(cost.store).toBeCloseTo(0.1 * 0.36, 9);
    expect(cost.total).toBeCloseTo(cost.api + cost.ingest + cost.queue + cost.persist + cost.store, 12);
  });

  it('falls with events a request, of which each 64 KiB is a request of SQS', () => {
    const batched = costPerMillion(input({ eventsPerRequest: 1_000 }));
    expect(batched.api).toBeCloseTo(0.002, 9);
    // A request of 1 MB: 16 chunks sent; four packs, which come one at a time at this rate: 16 chunks again, and four deletes.
    expect(batched.queue).toBeCloseTo(0.4e-6 * 1_000 * (16 + 16 + 4), 9);
    expect(costPerMillion(input({ eventsPerRequest: 100 })).total).toBeLessThan(costPerMillion(input()).total);
  });

  it('takes assumptions where a target does not tell', () => {
    const untold = costPerMillion(input({ acceptMs: undefined, persistMsPerEvent: undefined, storedBytes: undefined }));
    const { acceptMs, persistMsPerEvent, storedBytes } = assumed;
    expect(untold).toEqual(costPerMillion(input({ acceptMs, persistMsPerEvent, storedBytes })));
  });

  it('has ten messages a batch where nothing may gather, as Lambda has', () => {
    const gathered = configuration({ windowMs: 0, batchSize: 1_000, concurrency: 1 });
    expect(parametersOf(gathered)).toMatchObject({ batchSize: 10, batchWindowSeconds: 0, persistConcurrency: 2 });
    expect(parametersOf(configuration({ windowMs: 1_001, batchSize: 1_000 }))).toMatchObject({
      batchSize: 1_000,
      batchWindowSeconds: 2,
    });
    const single = costPerMillion(input({ configuration: gathered }));
    expect(single.persist).toBeCloseTo(0.2 + 1e6 * 0.000_1 * 0.000_013_333_4, 9);
  });
});
