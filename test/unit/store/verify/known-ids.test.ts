import { expect, it } from 'vitest';
import type { AcceptedEvent } from '../../../../shared/domain/event.ts';
import { contentHash } from '../../../../shared/domain/leaf.ts';
import { CommitLog } from '../../../../shared/store/commits/commit-log.ts';
import { commit } from '../../../../shared/store/commits/committer.ts';
import { composeCommit } from '../../../../shared/store/commits/compose.ts';
import { nodeStoreFiles } from '../../../../shared/store/files.ts';
import { DurableFolders } from '../../../../shared/store/folders.ts';
import { identityKey } from '../../../../shared/store/known-ids/identity-key.ts';
import type { NewId } from '../../../../shared/store/known-ids/run.ts';
import { sortByKey, writeRun } from '../../../../shared/store/known-ids/write.ts';
import { signCheckpoint } from '../../../../shared/store/log/checkpoint.ts';
import { writeTiles } from '../../../../shared/store/log/tiles/write.ts';
import { toColumns } from '../../../../shared/store/part/columns.ts';
import { SealBatch } from '../../../../shared/store/seal/batch.ts';
import { batchChanges } from '../../../../shared/store/seal/batch-changes.ts';
import { prepare } from '../../../../shared/store/seal/prepare.ts';
import { hashWaiting } from '../../../../shared/store/seal/waiting-part.ts';
import { eventOf, eventsOf } from '../events.ts';
import { createSealRig, type SealRig, signer } from '../seal/rig.ts';
import { newId, verifyRig } from './rig.ts';

const idOf = (event: AcceptedEvent, offset: number): NewId => ({
  key: identityKey(event.consultationId, event.eventId),
  contentHash: Uint8Array.from(contentHash(event)),
  offset,
});

/** Seals events as they are given, without a look at what is known, and lets the index know `ids` of them. */
const sealBlindly = async (rig: SealRig, events: readonly AcceptedEvent[], ids?: readonly NewId[]): Promise<void> => {
  const { folder: store } = rig;
  const files = nodeStoreFiles;
  const folders = new DurableFolders(files, store);
  const log = new CommitLog({ folder: store, files });
  await log.catchUp();
  const writing = { files, store, folders, newId, announce: () => {}, compressionOf: () => 'gzip-1' as const };
  const gathered = new SealBatch([hashWaiting('', toColumns(events))]);
  const batch = await prepare(writing, gathered, Uint32Array.from(events.keys()), { repeats: 0, conflicts: 0 });
  const { basePosition: _, ...run } = await writeRun(files, store, sortByKey(ids ?? events.map(idOf)), {
    newRunId: newId,
    folders,
  });
  const author = {
    nowMs: Date.now,
    sign: (tree: Parameters<typeof signCheckpoint>[1]) => signCheckpoint(signer, tree),
  };
  const done = await commit(log, { folder: store, files, folders, uniqueName: newId }, (state) =>
    composeCommit(state, batchChanges(state, { ...batch, sources: [], run }), author),
  );
  if (done === undefined) throw new Error('nothing was committed');
  await writeTiles({ files, store, folders, uniqueName: newId }, done.before.tree, batch.leaves);
};

const first = eventsOf(5);

it('has nothing to say of an index that knows each event once', async () => {
  const rig = createSealRig();
  await sealBlindly(rig, first);
  await sealBlindly(rig, eventsOf(5, 10));
  expect((await verifyRig(rig)).findings).toEqual([]);
});

it('names an event that was stored twice', async () => {
  const rig = createSealRig();
  await sealBlindly(rig, first);
  await sealBlindly(rig, [eventOf(20), eventOf(3)]);
  const { findings } = await verifyRig(rig);
  const [run] = [...(await rig.state()).runs.keys()].slice(-1);
  expect(findings).toEqual([
    { kind: 'repeated', file: run, position: 6, reason: expect.stringContaining('position 3') },
  ]);
});

it('names an event that was stored twice, also where the index knows the first one only', async () => {
  const rig = createSealRig();
  await sealBlindly(rig, first);
  await sealBlindly(rig, [eventOf(20), eventOf(3)], [idOf(eventOf(20), 0)]);
  const { findings } = await verifyRig(rig);
  const [part] = [...(await rig.state()).parts.keys()].slice(-1);
  expect(findings).toEqual([
    { kind: 'repeated', file: part, position: 6, reason: expect.stringContaining('position 3 already') },
  ]);
});

it('names an event that the index does not know', async () => {
  const rig = createSealRig();
  await sealBlindly(
    rig,
    first,
    first.map(idOf).filter(({ offset }) => offset !== 2),
  );
  expect((await verifyRig(rig)).findings).toEqual([
    { kind: 'missing', file: 'log/index', position: 2, reason: expect.stringContaining('does not know') },
  ]);
});

it('names an event that the index knows with other content, or at another position', async () => {
  const rig = createSealRig();
  const ids = first.map((event, offset) => (offset === 1 ? idOf({ ...event, payload: '{}' }, 1) : idOf(event, offset)));
  await sealBlindly(rig, first, ids);
  const [run] = (await rig.state()).runs.keys();
  expect((await verifyRig(rig)).findings).toEqual([
    { kind: 'changed', file: run, position: 1, reason: expect.stringContaining('other content') },
  ]);
});

it('finds contents that two ids of the index have exchanged', async () => {
  const rig = createSealRig();
  const [a, b, ...rest] = first.map(idOf);
  if (!(a && b)) throw new Error('five events have two ids');
  await sealBlindly(rig, first, [{ ...a, contentHash: b.contentHash }, { ...b, contentHash: a.contentHash }, ...rest]);
  expect((await verifyRig(rig)).findings.map(({ position }) => position)).toEqual([0, 1]);
});

it('finds an id in the index that no event has', async () => {
  const rig = createSealRig();
  await sealBlindly(rig, first, [...first.map(idOf), idOf(eventOf(99), 4)]);
  expect((await verifyRig(rig)).findings).toEqual([
    { kind: 'added', file: 'log/index', position: 0, lastPosition: 4, reason: expect.stringContaining('no event') },
  ]);
});
