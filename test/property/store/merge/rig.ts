import path from 'node:path';
import type { AcceptedEvent, StoredEvent } from '../../../../shared/domain/event.ts';
import { createUuidV7Source } from '../../../../shared/domain/ids.ts';
import type { Clock } from '../../../../shared/ports/clock.ts';
import { CommitLog } from '../../../../shared/store/commits/commit-log.ts';
import { type Commit, fileSha256 } from '../../../../shared/store/commits/format.ts';
import type { StoreState } from '../../../../shared/store/commits/state.ts';
import { rangeOf, type SealFiles } from '../../../../shared/store/files.ts';
import { createPartWriter } from '../../../../shared/store/level0.ts';
import { generateSigningKey, openSigner } from '../../../../shared/store/log/note/signer.ts';
import { Merger, type MergerOptions } from '../../../../shared/store/merge/merger.ts';
import { openSealedPart } from '../../../../shared/store/part/sealed/open.ts';
import { Sealer } from '../../../../shared/store/seal/sealer.ts';
import { silentLogger } from '../../../../shared/telemetry/log.ts';
import { eventsOf } from '../../../unit/store/events.ts';
import { SimulatedFiles } from '../simulated-files.ts';

export const store = '/store';
export const graceMs = 600_000;
export const signer = openSigner(generateSigningKey('test.local/log', new Uint8Array(32).fill(7)));

let seed = 0;
const fill = (target: Uint8Array): Uint8Array => {
  for (const index of target.keys()) {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    target[index] = seed >>> 16;
  }
  return target;
};

export const clockOf = (files: SimulatedFiles): Clock => ({
  nowMs: () => files.nowMs,
  monotonicMs: () => files.nowMs,
  sleep: async () => {},
  after: () => ({ cancel: () => {} }),
});

export const common = (disk: SimulatedFiles) => ({
  folder: store,
  clock: clockOf(disk),
  logger: silentLogger,
  newId: createUuidV7Source(() => disk.nowMs, fill),
  graceMs,
  compressionOf: () => 'gzip-1' as const,
  openSigner: async () => signer,
  checkpointFolder: undefined,
});

/** @param files what it sees of the disk, if that is not all. */
export const mergerOf = (disk: SimulatedFiles, files: SealFiles = disk, changes: Partial<MergerOptions> = {}): Merger =>
  new Merger({
    ...common(disk),
    files,
    limits: { inputs: 100, events: 131_072, bytes: 64 * 1024 * 1024 },
    mostIds: 1_000_000,
    ...changes,
  });

export const sealerOf = (disk: SimulatedFiles, files: SealFiles = disk): Sealer =>
  new Sealer({
    ...common(disk),
    files,
    pace: { waitingParts: 1, waitingMs: 0 },
    batch: { events: 1_000, bytes: 1_000_000 },
    quarantine: async () => {},
  });

/** Writes a level-0 part of so many events. */
export const storeEvents = (disk: SimulatedFiles, from: number, count = 3): Promise<void> =>
  storeGiven(disk, eventsOf(count, from));

/** Writes a level-0 part of these events. */
export const storeGiven = async (disk: SimulatedFiles, events: readonly AcceptedEvent[]): Promise<void> => {
  const writer = createPartWriter({ folder: store, files: disk, clock: clockOf(disk), random: fill });
  await writer.write(events, 'none');
};

/** A disk with a store of so many sealed parts, each of three events and a commit of its own. */
export const sealedDisk = async (parts: number): Promise<SimulatedFiles> => {
  const disk = new SimulatedFiles(store);
  disk.nowMs = Date.parse('2026-11-23T12:00:00.000Z');
  const sealer = sealerOf(disk);
  for (let part = 0; part < parts; part++) {
    await storeEvents(disk, part * 3);
    await sealer.seal();
    disk.nowMs += 1_000;
  }
  disk.restart();
  return disk;
};

export const stateOf = (disk: SimulatedFiles): Promise<StoreState> =>
  new CommitLog({ folder: store, files: disk }).catchUp();

/** Every sealed event in the order of positions, from files that are what their commits say. @throws Error naming what is not */
export const eventsOn = async (disk: SimulatedFiles): Promise<readonly StoredEvent[]> => {
  const { parts, runs, tree } = await stateOf(disk);
  const events: StoredEvent[] = [];
  for (const { path: file, bytes: length, sha256, base_position, ...part } of parts.values()) {
    const bytes = await disk.read(path.join(store, file));
    if (bytes.length !== length || fileSha256(bytes) !== sha256) throw new Error(`${file} is not what its commit says`);
    const sealed = await openSealedPart(rangeOf(bytes), { path: file, basePosition: base_position });
    const rows = await sealed.events(Array.from({ length: sealed.meta.count }, (_, row) => row));
    for (const event of rows) {
      const { position = -1 } = event;
      if (events[position]) throw new Error(`position ${position} is there twice`);
      if (position < part.first_position || position > part.last_position) {
        throw new Error(`position ${position} is not in ${file} by its commit`);
      }
      events[position] = event;
    }
  }
  const count = events.filter((event) => event !== undefined).length;
  if (count !== tree.size) throw new Error(`${count} events of a log of ${tree.size}`);
  for (const { path: file, sha256 } of runs.values()) {
    if (fileSha256(await disk.read(path.join(store, file))) !== sha256) throw new Error(`${file} is altered`);
  }
  return events;
};

const commitsOf = (disk: SimulatedFiles): readonly Commit[] =>
  [...disk.filesBelow(path.join(store, 'log/commits'))]
    .filter(([name]) => !name.endsWith('.snapshot.json'))
    .map(([, bytes]) => JSON.parse(Buffer.from(bytes).toString('utf8')) as Commit);

/** What of the store a commit must name as removed before it goes. */
const isGuarded = (file: string): boolean => /^\/store\/(level0|parts|log\/(index|expired))\//.test(file);

/** The same files, as an object whose calls can be replaced one by one. */
export const passing = (files: SealFiles): SealFiles => ({
  read: (file) => files.read(file),
  list: (folder) => files.list(folder),
  createExclusive: (file, bytes) => files.createExclusive(file, bytes),
  createExclusiveFrom: (file, pieces) => files.createExclusiveFrom(file, pieces),
  openRanges: (file) => files.openRanges(file),
  link: (from, to) => files.link(from, to),
  rename: (from, to) => files.rename(from, to),
  unlink: (file) => files.unlink(file),
  makeFolder: (folder) => files.makeFolder(folder),
  removeFolder: (folder) => files.removeFolder(folder),
  syncFolder: (folder) => files.syncFolder(folder),
  modifiedAtMs: (file) => files.modifiedAtMs(file),
});

/** The disk for a program that may unlink only what a commit named as removed, a grace ago. */
export const guarded = (disk: SimulatedFiles, violations: string[]): SealFiles => ({
  ...passing(disk),
  unlink: (file) => {
    const relative = path.relative(store, file);
    const naming = commitsOf(disk).find(({ removed, index }) =>
      [...removed, ...index.removed].some((named) => named.path === relative),
    );
    const isOld = naming && disk.nowMs - Date.parse(naming.committed_at) >= graceMs;
    if (isGuarded(file) && !isOld) violations.push(`${relative} was unlinked ${naming ? 'too early' : 'unnamed'}`);
    return disk.unlink(file);
  },
});

/** Runs a merger until it finds nothing to do. */
export const mergeToTheEnd = async (merger: Merger): Promise<readonly string[]> => {
  const done: string[] = [];
  for (let turn = 0; turn < 50; turn++) {
    const { kind } = await merger.merge();
    if (kind === 'idle') return done;
    done.push(kind);
  }
  throw new Error(`a merger never comes to its end: ${done.join(' ')}`);
};

/** Files of sealed parts, runs and lists of what expired that are there, relative to the store. */
export const publishedOn = (disk: SimulatedFiles): readonly string[] =>
  ['parts', 'log/index', 'log/expired']
    .flatMap((folder) => [...disk.filesBelow(path.join(store, folder)).keys()])
    .map((file) => path.relative(store, file))
    .sort();
