import { execFile } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePorts } from '../../../test/e2e/hosts/host.ts';
import { runLoad } from '../../load/run-load.ts';
import type { Contender, PeerScale } from '../comparison.ts';
import { peersPython } from '../tools/python.ts';
import { type RedisSync, requireRedis, startRedis } from '../tools/redis-server.ts';
import { endServer } from '../tools/run-server.ts';

const program = fileURLToPath(new URL('../report-stack/worker.py', import.meta.url));
/** An end for a worker that is stuck; filling the stream takes seconds. */
const mostMs = 600_000;

interface Variant {
  readonly name: string;
  readonly mode: 'as-written' | 'kept-open' | 'batched';
  readonly sync: RedisSync;
  readonly what: string;
}

const variants: readonly Variant[] = [
  {
    name: 'report-worker',
    mode: 'as-written',
    sync: 'everysec',
    what: "the report's worker as printed: one event after another, each with an open, a resize, a write and a close; nothing synced",
  },
  {
    name: 'report-worker-always',
    mode: 'as-written',
    sync: 'always',
    what: 'the same with Redis at appendfsync always, which each acknowledgement waits for',
  },
  {
    name: 'report-worker-kept-open',
    mode: 'kept-open',
    sync: 'everysec',
    what: 'one event after another into a file that is kept open; nothing synced',
  },
  {
    name: 'report-worker-batched',
    mode: 'batched',
    sync: 'always',
    what: "the report's worker at its best: 1,000 events with one open, one write, a sync and one acknowledgement, appendfsync always",
  },
];

/** What worker.py prints. */
interface Drained {
  readonly events: number;
  readonly seconds: number;
  readonly processorSeconds: number;
}

const fill = async (port: number, requests: number): Promise<void> => {
  const { acceptedEvents } = await runLoad({
    host: '127.0.0.1',
    port,
    protocol: 'redis',
    connections: 50,
    eventsPerRequest: 1,
    arrival: { kind: 'closed' },
    durationMs: mostMs,
    requests,
    retry: false,
  });
  if (acceptedEvents !== requests) throw new Error(`Redis took ${acceptedEvents} of ${requests} events`);
};

const drainWith = async ({ mode, sync }: Variant, folder: string, scale: PeerScale): Promise<Drained> => {
  const [port = 0] = await freePorts(1);
  const events = mode === 'batched' ? scale.drainEvents : scale.slowDrainEvents;
  const redis = await startRedis({ port, folder, sync });
  try {
    await fill(port, events);
    const words = [program, mode, String(port), path.join(folder, 'events.h5'), String(events)];
    const { stdout } = await promisify(execFile)(await peersPython(), words, { timeout: mostMs });
    return JSON.parse(stdout);
  } finally {
    await endServer(redis);
  }
};

const reportWorker = (variant: Variant): Contender => ({
  name: variant.name,
  what: variant.what,
  prepare: async () => {
    await requireRedis();
    await peersPython();
  },
  measure: async (folder, scale) => {
    const { events, seconds, processorSeconds } = await drainWith(variant, folder, scale);
    return {
      values: { eventsPerSecond: events / seconds, usPerEvent: (processorSeconds * 1_000_000) / events },
      lost: 0,
    };
  },
});

export const reportWorkers: readonly Contender[] = variants.map(reportWorker);
