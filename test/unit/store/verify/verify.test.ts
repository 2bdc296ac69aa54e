import { unlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createUuidV7Source, type PartId } from '../../../../shared/domain/ids.ts';
import { CommitLog } from '../../../../shared/store/commits/commit-log.ts';
import { commit } from '../../../../shared/store/commits/committer.ts';
import { composeCommit } from '../../../../shared/store/commits/compose.ts';
import { nodeStoreFiles } from '../../../../shared/store/files.ts';
import { DurableFolders } from '../../../../shared/store/folders.ts';
import { signCheckpoint } from '../../../../shared/store/log/checkpoint.ts';
import { committedPartOf } from '../../../../shared/store/merge/write-merged.ts';
import { mergeParts } from '../../../../shared/store/part/sealed/merge.ts';
import { openSealedPart } from '../../../../shared/store/part/sealed/open.ts';
import { publish } from '../../../../shared/store/publish.ts';
import { eventOf, eventsOf } from '../events.ts';
import { createSealRig, type SealRig, signer } from '../seal/rig.ts';
import { newId, smallStore, verifyMemory, verifyRig } from './rig.ts';

const newPartId = createUuidV7Source(Date.now);

/** Merges all parts into one, and unlinks the others at once: a reader that has them in its list finds them gone. */
const mergeAll = async (rig: SealRig): Promise<void> => {
  const { folder: store } = rig;
  const files = nodeStoreFiles;
  const folders = new DurableFolders(files, store);
  const log = new CommitLog({ folder: store, files });
  const live = [...(await log.catchUp()).parts.values()];
  const ranges = await Promise.all(live.map((part) => files.openRanges(path.join(store, part.path))));
  const inputs = await Promise.all(
    live.map(({ path: file, base_position: basePosition }, index) => {
      const range = ranges[index];
      if (range === undefined) throw new Error('each part has a file');
      return openSealedPart(range, { path: file, basePosition });
    }),
  );
  const options = { level: 2, compression: 'gzip-6', newPartId: () => newPartId() as PartId } as const;
  for await (const merged of mergeParts(inputs, options)) {
    const added = committedPartOf(merged);
    const temporaryName = `${merged.meta.partId}.h5`;
    await publish(files, { store, temporaryName, target: added.path, bytes: merged.bytes }, folders);
    const removed = live.map((part) => part.path);
    const author = {
      nowMs: Date.now,
      sign: (tree: Parameters<typeof signCheckpoint>[1]) => signCheckpoint(signer, tree),
    };
    await commit(log, { folder: store, files, folders, uniqueName: newId }, (state) =>
      composeCommit(state, { added: [added], removed }, author),
    );
  }
  for (const range of ranges) await range.close();
  for (const part of live) unlinkSync(path.join(store, part.path));
};

const sealedRig = async (): Promise<SealRig> => {
  const rig = createSealRig();
  for (const from of [0, 100, 200]) {
    await rig.store(...eventsOf(40, from));
    await rig.sealer().seal();
  }
  return rig;
};

describe('a store that is whole', () => {
  it('has no findings, whatever is in it', async () => {
    const { report, findings, notes, progress } = await verifyMemory(await smallStore());
    expect([findings, notes]).toEqual([[], []]);
    expect(report).toMatchObject({
      commit: 3,
      events: 264,
      parts: 4,
      level0Parts: 1,
      level0Events: 1,
      keptCheckpoints: 1,
      findings: 0,
      notes: 0,
    });
    expect(new Set(progress.map(({ stage }) => stage))).toEqual(new Set(['commits', 'events', 'known ids', 'level 0']));
  });

  it('is one that was never used, too', async () => {
    const { findings, notes } = await verifyRig(createSealRig());
    expect(findings).toEqual([]);
    expect(notes).toEqual([{ file: 'log/commits', reason: expect.stringContaining('ever sealed') }]);
  });

  it('is verified by level 0 alone, and that is said, when it was never sealed', async () => {
    const rig = createSealRig();
    await rig.store(eventOf(1), eventOf(2));
    const { report, findings, notes } = await verifyRig(rig, { trusted: [] });
    expect(findings).toEqual([]);
    expect(notes).toHaveLength(1);
    expect(report).toMatchObject({ commit: 0, events: 0, level0Parts: 1, level0Events: 2 });
  });

  it('may have been merged', async () => {
    const rig = await sealedRig();
    await mergeAll(rig);
    const { report, findings } = await verifyRig(rig);
    expect(findings).toEqual([]);
    expect(report).toMatchObject({ commit: 4, events: 120, parts: 1 });
  });
});

describe('a store that others go on writing', () => {
  it('is clean though its parts were merged and removed in between', async () => {
    const rig = await sealedRig();
    let opened = 0;
    const files = {
      ...nodeStoreFiles,
      openRanges: async (file: string) => {
        if (++opened === 2) await mergeAll(rig);
        return nodeStoreFiles.openRanges(file);
      },
    };
    const { report, findings } = await verifyRig(rig, { files });
    expect(findings).toEqual([]);
    expect(report).toMatchObject({ commit: 3, events: 120 });
  });

  it('is clean though events were sealed in between, of which it tells nothing', async () => {
    const rig = await sealedRig();
    let read = 0;
    const files = {
      ...nodeStoreFiles,
      read: async (file: string) => {
        if (file.includes('/tile/') && ++read === 1) {
          await rig.store(...eventsOf(300, 1_000));
          await rig.sealer().seal();
        }
        return nodeStoreFiles.read(file);
      },
    };
    const { report, findings } = await verifyRig(rig, { files });
    expect(findings).toEqual([]);
    expect(report).toMatchObject({ commit: 3, events: 120 });
  });

  it('misses a part that went away without a commit', async () => {
    const rig = await sealedRig();
    const [part = ''] = (await rig.state()).parts.keys();
    unlinkSync(path.join(rig.folder, part));
    const place = { position: 0, lastPosition: 39 };
    expect((await verifyRig(rig)).findings).toEqual([
      { kind: 'missing', file: part, ...place, reason: expect.any(String) },
    ]);
  });

  it('names a part that the disk can not read, and goes on', async () => {
    const rig = await sealedRig();
    const [part = ''] = (await rig.state()).parts.keys();
    const files = {
      ...nodeStoreFiles,
      openRanges: async (file: string) => {
        if (file.endsWith(part)) throw Object.assign(new Error('i/o error'), { code: 'EIO' });
        return nodeStoreFiles.openRanges(file);
      },
    };
    const { findings } = await verifyRig(rig, { files });
    expect(findings).toMatchObject([{ kind: 'changed', file: part, reason: expect.stringContaining('EIO') }]);
  });
});
