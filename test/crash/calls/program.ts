import { randomFillSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createUuidV7Source } from '../../../shared/domain/ids.ts';
import { systemClock } from '../../../shared/ports/clock.ts';
import { createConflictQuarantine } from '../../../shared/stages/seal/quarantine-conflicts.ts';
import { nodeStoreFiles } from '../../../shared/store/files.ts';
import { createPartWriter } from '../../../shared/store/level0.ts';
import { openOrMakeSigningKey } from '../../../shared/store/log/signing-key-file.ts';
import { Merger } from '../../../shared/store/merge/merger.ts';
import { createLetterPublisher } from '../../../shared/store/quarantine/publish-letter.ts';
import { createEventReader } from '../../../shared/store/read.ts';
import { Sealer } from '../../../shared/store/seal/sealer.ts';
import { silentLogger } from '../../../shared/telemetry/log.ts';
import { eventOf, eventsOf } from '../../unit/store/events.ts';
import { countingFiles } from './counting-files.ts';

/**
 * One process that does things to stores, which a test kills or lets fail at one of its calls. Says `ready` once everything
 * is loaded; then answers each line, a {@link Task}, by a line of JSON. Nothing of one task is left for the next.
 */
interface Task {
  readonly action: string;
  readonly folder: string;
  /** The how manieth call of the store's file port is done, and then fails; 0 for none. */
  readonly failing: number;
}

const createSealer = (root: string, files = nodeStoreFiles): Sealer => {
  const store = path.join(root, 'store');
  const newId = createUuidV7Source(Date.now, randomFillSync);
  return new Sealer({
    folder: store,
    files,
    clock: systemClock,
    logger: silentLogger,
    newId,
    pace: { waitingParts: 1, waitingMs: 0 },
    batch: { events: 10_000, bytes: 16_000_000 },
    // What was removed is unlinked by the next seal: those calls fail here too.
    graceMs: 0,
    compressionOf: () => 'gzip-1',
    openSigner: () => openOrMakeSigningKey({ file: path.join(root, 'signing-key'), origin: 'calls.test/log' }),
    checkpointFolder: undefined,
    quarantine: createConflictQuarantine(createLetterPublisher(store, files, newId), silentLogger),
  });
};

const createMerger = (root: string, files = nodeStoreFiles): Merger =>
  new Merger({
    folder: path.join(root, 'store'),
    files,
    clock: systemClock,
    logger: silentLogger,
    newId: createUuidV7Source(Date.now, randomFillSync),
    limits: { inputs: 100, events: 1_000_000, bytes: 16_000_000 },
    mostIds: 1_000_000,
    compressionOf: () => 'gzip-1',
    graceMs: 0,
    openSigner: () => openOrMakeSigningKey({ file: path.join(root, 'signing-key'), origin: 'calls.test/log' }),
    checkpointFolder: undefined,
  });

/** More than an undisturbed merge takes; one that fails again and again ends. */
const mostTurns = 20;

/** What the queue holds for persist. */
const batch = eventsOf(3, 100);

const actions = {
  persist: async (root: string, files = nodeStoreFiles) => {
    await createPartWriter({ folder: path.join(root, 'store'), files }).write(batch, 'gzip-1');
  },
  seal: async (root: string, files = nodeStoreFiles) => {
    await createSealer(root, files).seal();
  },
  merge: async (root: string, files = nodeStoreFiles) => {
    const merger = createMerger(root, files);
    for (let turn = 0; turn < mostTurns; turn++) if ((await merger.merge()).kind === 'idle') return;
  },
  /** What a test finds in front of it: parts with a repeat and a conflict, nothing sealed. */
  fill: async (root: string) => {
    const writer = createPartWriter({ folder: path.join(root, 'store') });
    for (const events of [eventsOf(4), [eventOf(1), eventOf(2, { payload: '{"other":1}' }), eventOf(4)]]) {
      await writer.write(events, 'gzip-1');
    }
  },
  sealAll: async (root: string) => {
    const sealer = createSealer(root);
    while ((await sealer.seal()).kind !== 'idle');
  },
  /** Eight seals of an event each: enough parts and runs of one size for a merge. */
  sealSingly: async (root: string) => {
    const writer = createPartWriter({ folder: path.join(root, 'store') });
    for (let number = 0; number < 8; number++) {
      await writer.write([eventOf(number)], 'gzip-1');
      await createSealer(root).seal();
    }
  },
};

const isAction = (name: string): name is keyof typeof actions => Object.hasOwn(actions, name);

/** What a fresh process reads. */
const readAll = async (root: string) => {
  const reader = createEventReader({ folder: path.join(root, 'store') });
  const [first] = batch;
  if (first === undefined) throw new Error('no batch');
  const query = { consultationId: first.consultationId, limit: 1_000, includeUnsealed: true };
  const { events } = await reader.byConsultation(query);
  return events.map(({ eventId, payload, position }) => ({ eventId, payload, position }));
};

/** Loads everything that a first use loads, so that a test's calls are the store's alone. */
const warmUp = async (): Promise<void> => {
  const scratch = await mkdtemp(path.join(tmpdir(), 'fi-calls-warm-'));
  await actions.fill(scratch);
  await actions.sealAll(scratch);
  await actions.merge(scratch);
  await rm(scratch, { recursive: true });
};

const say = (line: string): Promise<void> =>
  new Promise((resolve) => process.stdout.write(`${line}\n`, () => resolve()));

/** A fresh process goes on: it stores what the queue still has, seals everything, and says what can be read. */
const settle = async (root: string, redelivered: boolean) => {
  if (redelivered) await actions.persist(root);
  await actions.sealAll(root);
  await actions.merge(root);
  return readAll(root);
};

/** Waits until no call to the system is under way any more: what a failed action leaves running must not meet the next. */
const settled = async (): Promise<void> => {
  for (let quiet = 0; quiet < 3; ) {
    await nextTurn();
    quiet = process.getActiveResourcesInfo().some((name) => /Req/.test(name)) ? 0 : quiet + 1;
  }
};

const answer = async ({ action, folder, failing }: Task): Promise<unknown> => {
  if (action === 'settle' || action === 'redeliver') return settle(folder, action === 'redeliver');
  if (!isAction(action)) throw new Error(`no action ${action}`);
  const files = countingFiles(nodeStoreFiles, failing);
  try {
    await actions[action](folder, files.files);
    return { done: true, calls: files.calls() };
  } catch (error) {
    return { done: false, error: String(error), calls: files.calls() };
  }
};

await warmUp();
await settled();
await say('ready');
for await (const line of createInterface({ input: process.stdin })) {
  const said = await answer(JSON.parse(line));
  await settled();
  await say(JSON.stringify(said));
}
