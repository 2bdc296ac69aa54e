import { randomFillSync } from 'node:crypto';
import path from 'node:path';
import { createUuidV7Source } from '../../../../shared/domain/ids.ts';
import { encryptEvent } from '../../../../shared/encryption/encrypt-event.ts';
import { eventKeysOf } from '../../../../shared/key-store/event-keys.ts';
import { systemClock } from '../../../../shared/ports/clock.ts';
import { createConflictQuarantine } from '../../../../shared/stages/seal/quarantine-conflicts.ts';
import { CommitLog } from '../../../../shared/store/commits/commit-log.ts';
import { publishSnapshot } from '../../../../shared/store/commits/publish-commit.ts';
import { nodeStoreFiles } from '../../../../shared/store/files.ts';
import { DurableFolders } from '../../../../shared/store/folders.ts';
import { openQuarantine } from '../../../../shared/store/quarantine/open.ts';
import { createLetterPublisher } from '../../../../shared/store/quarantine/publish-letter.ts';
import type { Finding, Note, Progress } from '../../../../shared/store/verify/finding.ts';
import { type VerifyOptions, type VerifyReport, verifyStore } from '../../../../shared/store/verify/verify.ts';
import { silentLogger } from '../../../../shared/telemetry/log.ts';
import { eventOf, eventsOf } from '../events.ts';
import { temporaryFolder } from '../folders.ts';
import { mergerOf } from '../merge/rig.ts';
import { createSealRig, type SealRig, signer } from '../seal/rig.ts';
import { type FileMap, keptFolder, loadFolder, memoryFiles, storeFolder } from './memory-files.ts';

export const newId = createUuidV7Source(Date.now, randomFillSync);

export interface Verified {
  readonly report: VerifyReport;
  readonly findings: readonly Finding[];
  readonly notes: readonly Note[];
  readonly progress: readonly Progress[];
}

/** Verifies a store, and gathers what is found. */
export const verify = async (
  options: Omit<VerifyOptions, 'witness' | 'trusted'> & Partial<VerifyOptions>,
): Promise<Verified> => {
  const [findings, notes, progress]: [Finding[], Note[], Progress[]] = [[], [], []];
  const report = await verifyStore({
    trusted: [signer.verifierKey],
    // Listings of these stores are never old.
    clock: { ...systemClock, sleep: async () => {} },
    witness: {
      found: (finding) => findings.push(finding),
      noted: (note) => notes.push(note),
      progress: (step) => progress.push(step),
    },
    ...options,
  });
  return { report, findings, notes, progress };
};

/** Verifies a store on disk. */
export const verifyRig = (rig: SealRig, changes: Partial<VerifyOptions> = {}): Promise<Verified> =>
  verify({ store: rig.folder, files: nodeStoreFiles, ...changes });

/** Verifies a store in memory, with the checkpoints that are kept beside it. */
export const verifyMemory = (files: FileMap, changes: Partial<VerifyOptions> = {}): Promise<Verified> =>
  verify({ store: storeFolder, files: memoryFiles(files), checkpointFolder: keptFolder, ...changes });

export const snapshotAt = async (rig: SealRig): Promise<void> => {
  const { folder } = rig;
  const state = await new CommitLog({ folder, files: nodeStoreFiles }).catchUp();
  const folders = new DurableFolders(nodeStoreFiles, folder);
  await publishSnapshot({ folder, files: nodeStoreFiles, folders, uniqueName: newId }, state);
};

/** Events before each commit of {@link smallStore}: enough for a full tile and one that is not, on two levels. */
const secondCommit = 260;

/**
 * A store that has some of everything: an event that is encrypted, three commits, a snapshot, parts of two segments, tiles of two levels, runs, a conflict in
 * quarantine and settled, checkpoints kept outside, and an event that is not sealed yet.
 */
export const smallStore = async (): Promise<FileMap> => {
  const rig = createSealRig();
  const { folder } = rig;
  const kept = temporaryFolder();
  const quarantine = createConflictQuarantine(createLetterPublisher(folder), silentLogger);
  const sealer = rig.sealer({ checkpointFolder: kept, quarantine });
  const encrypted = encryptEvent(eventOf(3), eventKeysOf(new Uint8Array(32)));
  await rig.store(eventOf(1), eventOf(2, { segment: 'audio', userId: undefined }), encrypted);
  await sealer.seal();
  await rig.store(...eventsOf(secondCommit, 100));
  await sealer.seal();
  await snapshotAt(rig);
  await rig.store(
    eventOf(1),
    eventOf(2, { payload: '{"other":"content"}' }),
    eventOf(4, { occurredAt: '2026-11-23T11:11:12+01:00' }),
  );
  await sealer.seal();
  await discardAll(folder);
  await rig.store(eventOf(5));
  return inMemory(rig, kept);
};

/** A store on disk, and the checkpoints beside it, as files in memory. */
const inMemory = async (rig: SealRig, kept: string): Promise<FileMap> => {
  const files = loadFolder(kept, keptFolder, loadFolder(rig.folder, storeFolder));
  // As if their grace was over: what is about to be unlinked is not worth a look.
  for (const removed of (await rig.state()).removed.keys()) files.delete(path.join(storeFolder, removed));
  return files;
};

const discardAll = async (folder: string): Promise<void> => {
  const letters = openQuarantine(folder);
  for await (const letterId of letters.ids('open')) {
    await letters.settle(letterId, { action: 'discarded', note: 'seen', by: 'test', at: '2026-11-24T00:00:00.000Z' });
  }
};

/** Runs of the index and parts of a day that a merge takes at once. */
const mergedAtOnce = 8;
/** Events of each of them: enough for a full tile and one that is not. */
const mergedEvents = 33;

/**
 * As {@link smallStore}, after a merge of parts and of runs of the index: a merged part and a sealed one, a merged run and one
 * of a seal, commits of both kinds.
 */
export const mergedStore = async (): Promise<FileMap> => {
  const rig = createSealRig();
  const { folder } = rig;
  const kept = temporaryFolder();
  const quarantine = createConflictQuarantine(createLetterPublisher(folder), silentLogger);
  const sealer = rig.sealer();
  for (let number = 0; number < mergedAtOnce; number++) {
    await rig.store(...eventsOf(mergedEvents, number * mergedEvents));
    await sealer.seal();
  }
  const merger = mergerOf(rig);
  while ((await merger.merge()).kind !== 'idle');
  await snapshotAt(rig);
  await rig.store(
    eventOf(1),
    eventOf(2, { payload: '{"other":"content"}' }),
    eventOf(1_000, { segment: 'audio', occurredAt: '2026-11-23T11:11:12+01:00' }),
  );
  await rig.sealer({ checkpointFolder: kept, quarantine }).seal();
  await discardAll(folder);
  await rig.store(eventOf(1_001));
  const files = await inMemory(rig, kept);
  // Tiles that others took the place of are removed after a while; one of them, of the first commit, is enough.
  for (const file of files.keys()) {
    if (file.includes('/log/tile/0/000.p/') && path.basename(file) !== String(mergedEvents)) files.delete(file);
  }
  return files;
};

/** A file of the store by a part of its name; the first one. */
export const fileOf = (files: FileMap, part: string): string => {
  const found = [...files.keys()].sort().find((file) => file.includes(part));
  if (found === undefined) throw new Error(`no file ${part} among ${[...files.keys()].join(', ')}`);
  return found;
};

/** As findings name a file. */
export const named = (file: string): string =>
  file.startsWith(`${storeFolder}/`) ? path.relative(storeFolder, file) : file;
