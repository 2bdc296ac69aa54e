import { Counter, Gauge, Histogram } from 'prom-client';
import { registry } from '../../telemetry/metrics.ts';
import type { CommittedPart } from '../commits/format.ts';
import type { StoreState } from '../commits/state.ts';

export const mergedEvents = new Counter({
  name: 'fi_merge_events_total',
  help: 'Events that this process wrote once more, into a larger part; its rate is how fast it merges.',
  registers: [registry],
});

export const mergedBytes = new Counter({
  name: 'fi_merge_written_bytes_total',
  help: 'Bytes of merged parts that this process wrote.',
  registers: [registry],
});

export const mergedParts = new Counter({
  name: 'fi_merge_parts_total',
  help: 'Parts that this process merged into others.',
  registers: [registry],
});

export const mergeLatency = new Histogram({
  name: 'fi_merge_latency_ms',
  help: 'Time of one merge of parts, from opening them to its commit.',
  buckets: [20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000],
  registers: [registry],
});

export const mergesForNothing = new Counter({
  name: 'fi_merge_outrun_total',
  help: 'Merges that another process had done before: their work was for nothing.',
  registers: [registry],
});

const liveParts = new Gauge({
  name: 'fi_store_parts',
  help: 'Sealed parts that count, as this process last saw it.',
  registers: [registry],
});

const writeAmplification = new Gauge({
  name: 'fi_merge_write_amplification',
  help: 'How often a sealed event was written, on average over all in the store and at most: the level of its part.',
  registers: [registry],
});

const backlogParts = new Gauge({
  name: 'fi_merge_backlog_parts',
  help: 'Parts that wait to be merged.',
  registers: [registry],
});

const backlogBytes = new Gauge({
  name: 'fi_merge_backlog_bytes',
  help: 'Bytes of the parts that wait to be merged.',
  registers: [registry],
});

export const orphansFound = new Counter({
  name: 'fi_merge_orphans_total',
  help: 'Files that no commit named and that this process had removed: what other processes left half done.',
  registers: [registry],
});

/** How often each event was written, on average: a part of level n holds what was sealed once and merged n - 1 times at most. */
export const writesAnEvent = ({ parts }: Pick<StoreState, 'parts'>): number => {
  let [events, writes] = [0, 0];
  for (const { count, level } of parts.values()) {
    events += count;
    writes += count * level;
  }
  return events === 0 ? 1 : writes / events;
};

/** Shows what there is, and what is to be merged. */
export const observeParts = (state: StoreState, plans: readonly (readonly CommittedPart[])[]): void => {
  const waiting = plans.flat();
  liveParts.set(state.parts.size);
  writeAmplification.set(writesAnEvent(state));
  backlogParts.set(waiting.length);
  backlogBytes.set(waiting.reduce((sum, { bytes }) => sum + bytes, 0));
};
