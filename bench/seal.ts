import { randomFillSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { renderTable } from '../localstack/cli/table.ts';
import type { AcceptedEvent } from '../shared/domain/event.ts';
import { type ConsultationId, createUuidV7Source, type EventId } from '../shared/domain/ids.ts';
import { leafHash } from '../shared/domain/leaf.ts';
import { builtInPolicy } from '../shared/domain/policy.ts';
import { systemClock } from '../shared/ports/clock.ts';
import { nodeStoreFiles } from '../shared/store/files.ts';
import { createPartWriter } from '../shared/store/level0.ts';
import { generateSigningKey, openSigner } from '../shared/store/log/note/signer.ts';
import { Sealer } from '../shared/store/seal/sealer.ts';
import { silentLogger } from '../shared/telemetry/log.ts';
import { readSourceEvents } from './load/source-events.ts';

const help = `npm run bench:seal -- [--events N] [--part N] [--batch N] [--folder DIR] [--json]

What sealing costs: level-0 parts of the data set's events are written first, and then sealed, batch by batch, as the log grows.

  --events N    events to seal (100000)
  --part N      events of a level-0 part (1000)
  --batch N     events of a commit (10000)
  --folder DIR  where the store is; a folder in it is made and removed (the system's temporary folder)
  --json        one JSON object instead of the table`;

const { values: options } = parseArgs({
  options: {
    events: { type: 'string', default: '100000' },
    part: { type: 'string', default: '1000' },
    batch: { type: 'string', default: '10000' },
    folder: { type: 'string', default: tmpdir() },
    json: { type: 'boolean' },
    help: { type: 'boolean' },
  },
});
if (options.help) {
  console.log(help);
  process.exit(0);
}

const count = Number(options.events);
const perPart = Number(options.part);
const source = readSourceEvents();
const newId = createUuidV7Source(Date.now, randomFillSync);

const eventOf = (number: number): AcceptedEvent => {
  const { consultationId, eventType, occurredAt, userId, payload } = source[number % source.length] ?? source[0] ?? {};
  if (consultationId === undefined || eventType === undefined || payload === undefined) throw new Error('no events');
  const event = {
    // As many consultations as the number of events asks for, as they come in life.
    consultationId: `${consultationId}-${Math.floor(number / source.length)}` as ConsultationId,
    eventId: newId() as EventId,
    eventType,
    userId,
    occurredAt,
    receivedAt: new Date(1_790_000_000_000 + number).toISOString(),
    requestIndex: 0,
    segment: builtInPolicy.ruleOf(eventType).segment,
    payload,
  };
  return { ...event, leaf: leafHash(event) };
};

const folder = await mkdtemp(path.join(options.folder, 'fi-bench-seal-'));
try {
  const writer = createPartWriter({ folder });
  for (let from = 0; from < count; from += perPart) {
    const events = Array.from({ length: Math.min(perPart, count - from) }, (_, index) => eventOf(from + index));
    await writer.write(events, 'gzip-1');
  }
  globalThis.gc?.();
  const signer = openSigner(generateSigningKey('bench.local/log'));
  const sealer = new Sealer({
    folder,
    files: nodeStoreFiles,
    clock: systemClock,
    logger: silentLogger,
    newId,
    pace: { waitingParts: 1, waitingMs: 0 },
    batch: { events: Number(options.batch), bytes: 1024 ** 3 },
    graceMs: 600_000,
    compressionOf: () => 'gzip-1',
    openSigner: async () => signer,
    checkpointFolder: undefined,
    quarantine: async () => {},
  });
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const beganMs = performance.now();
  const beganCpu = process.cpuUsage();
  let largestBytes = 0;
  let commits = 0;
  for (;;) {
    const report = await sealer.seal();
    largestBytes = Math.max(largestBytes, process.memoryUsage.rss());
    if (report.kind === 'idle') break;
    commits++;
  }
  const seconds = (performance.now() - beganMs) / 1_000;
  const cpu = process.cpuUsage(beganCpu);
  const figures = {
    events: count,
    commits,
    eventsPerSecond: Math.round(count / seconds),
    cpuMicrosecondsPerEvent: Math.round(((cpu.user + cpu.system) / count) * 10) / 10,
    longestBlockMs: Math.round(delay.max / 1e6),
    largestMB: Math.round(largestBytes / 1e6),
  };
  console.log(
    options.json
      ? JSON.stringify(figures)
      : renderTable([Object.keys(figures), Object.values(figures).map(String)], 'figures'),
  );
} finally {
  await rm(folder, { recursive: true });
}
