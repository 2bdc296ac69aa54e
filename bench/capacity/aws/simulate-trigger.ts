import { createRandom } from '../../measure/random.ts';
import { latencyValues } from '../../scenarios/latency-metrics.ts';
import { exponential } from '../simulation/draw.ts';
import { createSimulation } from '../simulation/simulation.ts';
import type { TriggerLimits } from './trigger-rules.ts';

export interface TriggerLoad {
  /** Messages a second, from a queue that was idle before; at random moments. */
  readonly messagesPerSecond: number;
  readonly messageBytes: number;
  readonly batchMessages: number;
  readonly batchWindowMs: number;
  /** Most bytes of a batch: 6 MB. */
  readonly batchBytes: number;
  /** How long the function works on so many messages. */
  readonly invocationMs: (messages: number) => number;
  readonly durationMs: number;
  readonly seed: number;
}

/** What a trigger did with a load that began at once. */
export interface SimulatedTrigger {
  readonly invocationsPerSecond: number;
  readonly messagesPerBatch: number;
  /** From the queue to the end of the function. */
  readonly stored: ReturnType<typeof latencyValues>;
  readonly backlogMessages: number;
  /** Largest number of invocations at a time. */
  readonly concurrency: number;
  /** Waiting messages over time. */
  readonly backlog: readonly (readonly [seconds: number, messages: number])[];
}

const sampleEveryMs = 1_000;
/** Lambda looks at the backlog and adds pollers each minute; the published rate is reached in small steps here. */
const scaleEveryMs = 1_000;

/**
 * Lambda's SQS trigger by its published rules: batches are gathered until they are full or the window is over, so many are invoked at a
 * time, and while messages wait that number grows.
 */
export const simulateTrigger = (load: TriggerLoad, limits: TriggerLimits): SimulatedTrigger => {
  const simulation = createSimulation();
  const gapMs = exponential(1_000 / load.messagesPerSecond, createRandom(load.seed));
  const mostMessages = Math.max(1, Math.min(load.batchMessages, Math.floor(load.batchBytes / load.messageBytes)));
  const waiting: number[] = [];
  let taken = 0;
  let allowed = limits.firstConcurrency;
  let busy = 0;
  const seen = { concurrency: 0, invocations: 0, messages: 0 };
  const storedMs: number[] = [];
  const backlog: [number, number][] = [];
  /** Pollers may not take more yet, by their bytes a second. */
  let pollersFreeAtMs = 0;

  const waitingNow = (): number => waiting.length - taken;

  const invoke = (): void => {
    const since = waiting.slice(taken, taken + mostMessages);
    taken += since.length;
    if (since.length === 0) {
      free();
      return;
    }
    seen.invocations++;
    seen.messages += since.length;
    const readMs = (since.length * load.messageBytes * 1_000) / limits.bytesPerSecond(allowed);
    pollersFreeAtMs = Math.max(pollersFreeAtMs, simulation.nowMs) + readMs;
    simulation.after(pollersFreeAtMs - simulation.nowMs + load.invocationMs(since.length), () => {
      for (const sinceMs of since) storedMs.push(simulation.nowMs - sinceMs);
      free();
    });
  };

  const free = (): void => {
    busy--;
    begin();
  };

  /** Has every free place gather a batch: from its first message on for the window, or until it is full. */
  const begin = (): void => {
    while (busy < allowed && waitingNow() > 0) {
      busy++;
      seen.concurrency = Math.max(seen.concurrency, busy);
      if (waitingNow() >= mostMessages) invoke();
      else {
        simulation.after(load.batchWindowMs, invoke);
        return;
      }
    }
  };

  const arrive = (): void => {
    waiting.push(simulation.nowMs);
    begin();
    simulation.after(gapMs(), arrive);
  };
  const scale = (): void => {
    if (waitingNow() > mostMessages && busy >= allowed) {
      allowed = Math.min(limits.mostConcurrency, allowed + (limits.moreConcurrencyPerMinute * scaleEveryMs) / 60_000);
      begin();
    }
    simulation.after(scaleEveryMs, scale);
  };
  const sample = (): void => {
    backlog.push([simulation.nowMs / 1_000, waitingNow()]);
    simulation.after(sampleEveryMs, sample);
  };
  simulation.after(gapMs(), arrive);
  simulation.after(scaleEveryMs, scale);
  sample();
  simulation.runUntil(load.durationMs);
  return {
    invocationsPerSecond: (seen.invocations * 1_000) / load.durationMs,
    messagesPerBatch: seen.messages / seen.invocations,
    stored: latencyValues(Float64Array.from(storedMs).sort()),
    backlogMessages: waitingNow(),
    concurrency: seen.concurrency,
    backlog,
  };
};
