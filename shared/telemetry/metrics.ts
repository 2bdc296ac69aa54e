import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** The report's stages; ENQUEUE is ours. They keep these names in code, metrics and budgets. */
export type Stage = 'INGEST' | 'SEGMENT' | 'HASH' | 'ENQUEUE' | 'PERSIST';

/** Sizes of persisted batches, as a bounded set of labels. */
export type DatasetSize = '1-10' | '11-100' | '101-1000' | '1001-10000' | '10001+';

export const datasetSize = (events: number): DatasetSize => {
  if (events <= 10) return '1-10';
  if (events <= 100) return '11-100';
  if (events <= 1_000) return '101-1000';
  return events <= 10_000 ? '1001-10000' : '10001+';
};

/** From 5 microseconds, where HASH lies, to 5 s, where a client gives up. */
const latencyBucketsMs = [
  0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000,
];

/** The process's metrics; hosts add those of their child processes to what `GET /metrics` answers. */
export const registry = new Registry();

export const ingestLatency = new Histogram({
  name: 'fi_ingest_latency_ms',
  help: 'Time of one stage for one request (INGEST, SEGMENT, HASH: its processor time; ENQUEUE: until the queue confirmed).',
  labelNames: ['stage'] as const,
  buckets: latencyBucketsMs,
  registers: [registry],
});

export const persistLatency = new Histogram({
  name: 'fi_persist_latency_ms',
  help: 'Time to write and publish one part, by number of events in it.',
  labelNames: ['dataset_size'] as const,
  buckets: latencyBucketsMs,
  registers: [registry],
});

export const eventsAppended = new Counter({
  name: 'fi_events_appended_total',
  help: 'Events written to published parts.',
  registers: [registry],
});

export const eventsAccepted = new Counter({
  name: 'fi_events_accepted_total',
  help: 'Events that the queue confirmed and a 202 reported.',
  registers: [registry],
});

export const eventsFailed = new Counter({
  name: 'fi_events_failed_total',
  help: 'Events or requests that were refused, quarantined or failed, by kind of error.',
  labelNames: ['error_type'] as const,
  registers: [registry],
});

export const eventsErased = new Counter({
  name: 'fi_events_erased_total',
  help: 'Events that came for a consultation after it was erased, and were dropped.',
  registers: [registry],
});

export const lettersQuarantined = new Counter({
  name: 'fi_quarantine_letters_total',
  help: 'Letters that reached quarantine, by reason; one that is delivered twice counts twice.',
  labelNames: ['reason'] as const,
  registers: [registry],
});

export const lettersOpen = new Gauge({
  name: 'fi_quarantine_open_letters',
  help: 'Letters in quarantine that were neither retried nor discarded.',
  registers: [registry],
});

export const queueLength = new Gauge({
  name: 'fi_queue_length',
  help: 'Messages waiting in the queue.',
  labelNames: ['stream'] as const,
  registers: [registry],
});

export const queuePending = new Gauge({
  name: 'fi_queue_pending',
  help: 'Messages received and not yet deleted.',
  labelNames: ['stream'] as const,
  registers: [registry],
});
