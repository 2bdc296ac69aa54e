import { Counter, Gauge, Histogram } from 'prom-client';
import { registry } from '../../telemetry/metrics.ts';

export const sealedEvents = new Counter({
  name: 'fi_seal_events_total',
  help: 'Events that this process gave a position.',
  registers: [registry],
});

export const droppedEvents = new Counter({
  name: 'fi_seal_dropped_total',
  help: 'Stored events that got no position: repeats of a sealed one, or conflicts with it (those are in quarantine).',
  labelNames: ['reason'] as const,
  registers: [registry],
});

export const commitsMade = new Counter({
  name: 'fi_seal_commits_total',
  help: 'Commits of this process, by what they were for.',
  labelNames: ['kind'] as const,
  registers: [registry],
});

export const batchesOutrun = new Counter({
  name: 'fi_seal_outrun_total',
  help: 'Batches that another sealer had sealed before this process could: their work was for nothing.',
  registers: [registry],
});

export const sealLatency = new Histogram({
  name: 'fi_seal_latency_ms',
  help: 'Time to seal one batch, from reading its parts to its commit.',
  buckets: [5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000],
  registers: [registry],
});

export const backlogParts = new Gauge({
  name: 'fi_seal_backlog_parts',
  help: 'Level-0 parts that were not sealed when the sealer last looked.',
  registers: [registry],
});

export const skippedParts = new Gauge({
  name: 'fi_seal_skipped_parts',
  help: 'Level-0 parts that can not be sealed, since they are damaged; restore them from a backup.',
  registers: [registry],
});

export const logSize = new Gauge({
  name: 'fi_log_size',
  help: 'Events in the log, as this process last saw it.',
  registers: [registry],
});

export const indexRuns = new Gauge({
  name: 'fi_index_runs',
  help: 'Runs of the index of known ids that a lookup may have to read.',
  registers: [registry],
});
