import { randomFillSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { AcceptedEvent } from '../shared/domain/event.ts';
import { type ConsultationId, createUuidV7Source, type EventId, type MessageId } from '../shared/domain/ids.ts';
import { leafHash } from '../shared/domain/leaf.ts';
import { builtInPolicy } from '../shared/domain/policy.ts';
import { createDecryptingReader } from '../shared/encryption/decrypting-reader.ts';
import { createDecryption } from '../shared/encryption/decryption.ts';
import { createEncryption } from '../shared/encryption/encryption.ts';
import type { KeyStore } from '../shared/key-store/key-store.ts';
import { openOrMakeKeyStore } from '../shared/key-store/open.ts';
import { systemClock } from '../shared/ports/clock.ts';
import { encodeEvent, packOf } from '../shared/queue/packs/encode.ts';
import { createPersistStage, type QueuedPack } from '../shared/stages/persist.ts';
import { CommitLog } from '../shared/store/commits/commit-log.ts';
import { nodeStoreFiles } from '../shared/store/files.ts';
import { createPartWriter } from '../shared/store/level0.ts';
import { generateSigningKey, openSigner } from '../shared/store/log/note/signer.ts';
import { Merger } from '../shared/store/merge/merger.ts';
import type { EventFeed } from '../shared/store/port.ts';
import { createEventReader } from '../shared/store/read.ts';
import { Sealer } from '../shared/store/seal/sealer.ts';
import { silentLogger } from '../shared/telemetry/log.ts';
import { readSourceEvents } from './load/source-events.ts';

const help = `npm run bench:encryption -- [--events COUNT]

Persists the events of bench/data in batches of 1,000, in clear and encrypted, seals and merges them, and reads them all by pages
of 1,000. Prints the processor time an event of each, and the bytes an event of the merged parts.`;

const { values: options } = parseArgs({
  options: { events: { type: 'string', default: '20000' }, help: { type: 'boolean' } },
});
if (options.help) {
  console.log(help);
  process.exit(0);
}

const count = Number(options.events);
const perBatch = 1_000;
const source = readSourceEvents();
const newId = createUuidV7Source(Date.now, randomFillSync);
const signer = openSigner(generateSigningKey('bench.local/log'));
const receivedAt = '2026-01-02T03:04:05.678Z';

const eventOf = (number: number): AcceptedEvent => {
  const each = source[number % source.length];
  if (each === undefined) throw new Error('no events');
  const { consultationId, eventType, occurredAt, userId, payload } = each;
  const event = {
    consultationId: `${consultationId}-${Math.floor(number / source.length)}` as ConsultationId,
    eventId: newId() as EventId,
    eventType,
    userId,
    occurredAt,
    receivedAt,
    requestIndex: 0,
    segment: builtInPolicy.ruleOf(eventType).segment,
    payload,
  };
  return { ...event, leaf: leafHash(event) };
};

const batches: readonly QueuedPack[][] = Array.from({ length: Math.ceil(count / perBatch) }, (_, batch) => {
  const size = Math.min(perBatch, count - batch * perBatch);
  const records = Array.from({ length: size }, (_, index) => encodeEvent(eventOf(batch * perBatch + index)));
  return [{ messageId: `${batch}` as MessageId, body: packOf(records), receiveCount: 1 }];
});

/** Processor time of all threads, in microseconds an event. */
const perEvent = async (work: () => Promise<void>): Promise<number> => {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return Math.round(((user + system) / count) * 10) / 10;
};

const persistAll = async (folder: string, keys: KeyStore | undefined): Promise<void> => {
  const persist = createPersistStage({
    writer: createPartWriter({ folder }),
    deadLetters: { sendBatch: async () => [] },
    compressionOf: () => undefined,
    fallbackCompression: 'gzip-1',
    encryption: keys && createEncryption(keys),
    clock: systemClock,
    logger: silentLogger,
  });
  for (const batch of batches) {
    const { failedMessageIds } = await persist(batch);
    if (failedMessageIds.length > 0) throw new Error('a batch was not stored');
  }
};

const common = (folder: string) => ({
  folder,
  files: nodeStoreFiles,
  clock: systemClock,
  logger: silentLogger,
  newId,
  graceMs: 600_000,
  openSigner: async () => signer,
  checkpointFolder: undefined,
});

const sealAll = async (folder: string): Promise<void> => {
  const sealer = new Sealer({
    ...common(folder),
    pace: { waitingParts: 1, waitingMs: 0 },
    batch: { events: 10_000, bytes: 1024 ** 3 },
    compressionOf: () => 'gzip-1',
    quarantine: async () => {},
  });
  while ((await sealer.seal()).kind !== 'idle');
};

const mergeAll = async (folder: string): Promise<void> => {
  const merger = new Merger({
    ...common(folder),
    limits: { inputs: 100, events: 131_072, bytes: 64 * 1024 ** 2 },
    mostIds: 1_000_000,
    compressionOf: () => 'gzip-9',
    // The day is long over, and was quiet for more than an hour.
    clock: { ...systemClock, nowMs: () => Date.now() + 86_400_000 },
  });
  while ((await merger.merge()).kind !== 'idle');
};

const readAll = async (reader: EventFeed): Promise<void> => {
  let read = 0;
  for (let [after, more] = ['', true]; more; ) {
    const page = await reader.feed({ limit: 1_000, ...(after === '' ? {} : { after }) });
    read += page.events.length;
    [after, more] = [page.next, page.more];
  }
  if (read !== count) throw new Error(`${read} of ${count} events were read`);
};

const measure = async (folder: string, keys: KeyStore | undefined) => {
  const persist = await perEvent(() => persistAll(folder, keys));
  const seal = await perEvent(() => sealAll(folder));
  const merge = await perEvent(() => mergeAll(folder));
  const stored = createEventReader({ folder });
  const reader = createDecryptingReader(
    stored,
    createDecryption(async () => keys),
  );
  const read = await perEvent(() => readAll(reader));
  const { parts } = await new CommitLog({ folder, files: nodeStoreFiles }).catchUp();
  const bytes = [...parts.values()].reduce((sum, part) => sum + part.bytes, 0);
  return { persist_us: persist, seal_us: seal, merge_us: merge, read_us: read, bytes: Math.round(bytes / count) };
};

const folder = await mkdtemp(path.join(tmpdir(), 'fi-bench-encryption-'));
try {
  const place = { folder: path.join(folder, 'key-store'), masterKeyFile: path.join(folder, 'master-key') };
  // Once unmeasured: both kinds then run code that is warm.
  await measure(path.join(folder, 'warm-up'), undefined);
  const clear = await measure(path.join(folder, 'clear'), undefined);
  const encrypted = await measure(path.join(folder, 'encrypted'), await openOrMakeKeyStore(place));
  console.log(
    JSON.stringify({ events: count, consultations: new Set(source.map((each) => each.consultationId)).size }),
  );
  console.table({ 'in clear': clear, encrypted });
} finally {
  await rm(folder, { recursive: true });
}
