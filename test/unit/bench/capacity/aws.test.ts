import { describe, expect, it } from 'vitest';
import { awsBehaviour, awsPrices } from '../../../../bench/capacity/aws/behaviour.ts';
import { monthlyCost, persistMs, totalOf } from '../../../../bench/capacity/aws/monthly-cost.ts';
import { simulateTrigger } from '../../../../bench/capacity/aws/simulate-trigger.ts';
import { limitsOf } from '../../../../bench/capacity/aws/trigger-rules.ts';
import { plantedCosts } from './fixtures/costs.ts';

const behaviour = awsBehaviour();
const load = {
  messagesPerSecond: 500,
  messageBytes: 1_000,
  batchMessages: 10,
  batchWindowMs: 0,
  batchBytes: 6 * 1024 * 1024,
  invocationMs: () => 1_000,
  durationMs: 60_000,
  seed: 1,
};
const onDemand = limitsOf({ kind: 'on-demand', maximumConcurrency: 1_250 }, behaviour);

describe("Lambda's SQS trigger", () => {
  it('begins with five invocations at a time and adds 300 a minute, as AWS says', () => {
    const first = simulateTrigger({ ...load, durationMs: 900 }, onDemand);
    expect(first.concurrency).toBe(5);
    const minute = simulateTrigger(load, onDemand);
    expect(minute.concurrency).toBeGreaterThan(5);
    expect(minute.concurrency).toBeLessThanOrEqual(305);
    // 50 at a time are needed, and 5 more a second come: the backlog is gone within the minute.
    expect(Math.max(...minute.backlog.map(([, messages]) => messages))).toBeGreaterThan(1_000);
    expect(minute.backlogMessages).toBeLessThan(100);
  });

  it('never invokes more at a time than the function is allowed', () => {
    const bounded = simulateTrigger(load, limitsOf({ kind: 'on-demand', maximumConcurrency: 2 }, behaviour));
    expect(bounded.concurrency).toBe(2);
    expect(bounded.backlogMessages).toBeGreaterThan(20_000);
  });

  it('has ten invocations a provisioned poller from the start', () => {
    const limits = limitsOf({ kind: 'provisioned', minimumPollers: 5, maximumPollers: 5 }, behaviour);
    const provisioned = simulateTrigger({ ...load, messagesPerSecond: 450 }, limits);
    expect(provisioned.concurrency).toBe(50);
    // A second's invocation each of ten: it keeps up, and nothing waits longer than a turn.
    expect(provisioned.backlogMessages).toBeLessThan(450);
    expect(provisioned.stored.p95Ms).toBeLessThan(2_500);
  });

  it('takes no more than a megabyte a second by a provisioned poller', () => {
    const limits = limitsOf({ kind: 'provisioned', minimumPollers: 2, maximumPollers: 2 }, behaviour);
    const large = { ...load, messageBytes: 100_000, messagesPerSecond: 30, invocationMs: () => 10 };
    // 3 MB a second come, 2 are taken.
    expect(simulateTrigger(large, limits).stored.p95Ms).toBeGreaterThan(10_000);
  });

  it('stores a message within its window and the time of the function while it keeps up', () => {
    const { stored } = simulateTrigger(
      { ...load, messagesPerSecond: 50, batchMessages: 1_000, batchWindowMs: 2_000, invocationMs: () => 100 },
      onDemand,
    );
    expect(stored.p95Ms).toBeLessThanOrEqual(2_100);
    expect(stored.p50Ms).toBeGreaterThan(500);
  });
});

describe('the bill', () => {
  const month = {
    requests: 10_000_000,
    eventsPerRequest: 1,
    messagesPerBatch: 100,
    ingestMegabytes: 1_024,
    persistMegabytes: 1_769,
    endpointZones: 2,
    warmEvents: 10_000_000,
    coldEvents: 0,
  };

  it('is what one comes to by hand', () => {
    const bill = Object.fromEntries(
      monthlyCost(month, plantedCosts, behaviour, awsPrices()).map(({ what, perMonth }) => [what, perMonth]),
    );
    expect(bill['API Gateway']).toBeCloseTo(10, 6);
    // 10M of ingest, 100,000 of persist, 43,800 of the schedule.
    expect(bill['Lambda, invocations']).toBeCloseTo(10.1438 * 0.2, 4);
    // A send each; a receive and a delete for every ten.
    expect(bill.SQS).toBeCloseTo(12 * 0.4, 4);
    expect(bill['EFS, stored']).toBeCloseTo(1.1 * 0.3, 4);
    expect(bill['VPC endpoint']).toBeCloseTo(2 * 730 * 0.01 + 0.1, 4);
    const ms = persistMs(plantedCosts, behaviour, { messages: 100, events: 100, megabytes: 1_769 });
    const { ingestMs } = behaviour.assumed;
    const seconds = (10_000_000 * ingestMs) / 1_000 + (100_000 * (ms / 1_000) + 700) * (1_769 / 1_024);
    expect(bill['Lambda, time']).toBeCloseTo(seconds * 0.0000133334, 3);
  });

  it('grows with the requests, and each price says where it is from', () => {
    const prices = awsPrices();
    const small = totalOf(monthlyCost(month, plantedCosts, behaviour, prices));
    const large = totalOf(monthlyCost({ ...month, requests: 1e9 }, plantedCosts, behaviour, prices));
    expect(large).toBeGreaterThan(small * 50);
    for (const { source, publishedOn, what } of Object.values(prices.prices)) {
      expect(source, what).toMatch(/^https:\/\//);
      expect(publishedOn, what).not.toBe('');
    }
  });
});
