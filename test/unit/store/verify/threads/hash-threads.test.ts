import { readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeStoreFiles } from '../../../../../shared/store/files.ts';
import { openSealedPart } from '../../../../../shared/store/part/sealed/open.ts';
import { HashWorker } from '../../../../../shared/store/verify/threads/hash-task.ts';
import { HashThreads, stretchesOf } from '../../../../../shared/store/verify/threads/pool.ts';
import { LogWindow, windowMemory } from '../../../../../shared/store/verify/window.ts';
import { type NumberedPart, rowsOfWindow, WindowEvents } from '../../../../../shared/store/verify/window-events.ts';
import { eventsOf } from '../../events.ts';
import { createSealRig, type SealRig } from '../../seal/rig.ts';
import { type Verified, verifyRig } from '../rig.ts';

/** Enough for two stretches. */
const manyEvents = 9_000;

const sealedRig = async (events = manyEvents): Promise<SealRig> => {
  const rig = createSealRig();
  await rig.store(...eventsOf(events));
  await rig.sealer().seal();
  return rig;
};

const onlyPart = async (rig: SealRig): Promise<NumberedPart> => {
  const [part] = [...(await rig.state()).parts.values()];
  if (part === undefined) throw new Error('a part was sealed');
  return { number: 0, part };
};

const verifyBy = (pool: HashThreads, rig: SealRig): Promise<Verified> =>
  verifyRig(rig, { hashing: (found) => pool.hashing(found) });

const flip = (file: string, at: number): void => {
  const bytes = readFileSync(file);
  bytes[at] = (bytes[at] ?? 0) ^ 4;
  writeFileSync(file, bytes);
};

describe('the stretches of threads', () => {
  it('cover all rows once, in order, and are no more than there are threads', () => {
    fc.assert(
      fc.property(fc.nat(70_000), fc.nat(70_000), fc.integer({ min: 1, max: 64 }), (from, length, threads) => {
        const stretches = stretchesOf({ from, to: from + length }, threads);
        const ends = stretches.map(({ to }) => to);
        return (
          stretches.length <= threads &&
          ends.at(-1) === from + length &&
          stretches.every((stretch, index) => stretch.from === (index === 0 ? from : ends[index - 1]))
        );
      }),
    );
  });
});

describe('what a thread does', () => {
  it('hashes as the verifying thread does', async () => {
    const rig = await sealedRig(40);
    const numbered = await onlyPart(rig);
    const [alone, shared] = [new LogWindow(windowMemory(40, false)), new LogWindow(windowMemory(40, true))];
    const file = await nodeStoreFiles.openRanges(path.join(rig.folder, numbered.part.path));
    const sealed = await openSealedPart(file, { path: numbered.part.path, basePosition: 0 });
    const rows = await rowsOfWindow(sealed, numbered.part, 0);
    await new WindowEvents(() => {}).hash(sealed, numbered, rows, [alone]);
    await file.close();
    const { memory, number } = shared;
    const outcome = await new HashWorker(nodeStoreFiles).run({
      store: rig.folder,
      numbered,
      rows,
      windows: [{ number, memory }],
    });
    expect(outcome).toEqual({ kind: 'hashed', findings: [] });
    expect(rows).toEqual({ from: 0, to: 40 });
    for (const what of ['leaves', 'keys', 'contents', 'holders'] as const) {
      expect(shared[what]).toEqual(alone[what]);
    }
    expect([...alone.holders]).toEqual(Array(40).fill(1));
  });

  it('tells of a position that is taken already', async () => {
    const rig = await sealedRig(3);
    const numbered = await onlyPart(rig);
    const window = new LogWindow(windowMemory(3, true));
    window.claim(1, 8);
    const worker = new HashWorker(nodeStoreFiles);
    const task = { store: rig.folder, numbered, rows: { from: 0, to: 3 }, windows: [window] };
    expect(await worker.run(task)).toMatchObject({ findings: [{ kind: 'repeated', position: 1 }] });
  });

  it('tells what is wrong with the file so that it can be told apart', async () => {
    const rig = await sealedRig(3);
    const numbered = await onlyPart(rig);
    const task = { store: rig.folder, numbered, rows: { from: 0, to: 3 }, windows: [] };
    const worker = new HashWorker(nodeStoreFiles);
    flip(path.join(rig.folder, numbered.part.path), 3);
    expect(await worker.run(task)).toMatchObject({ kind: 'damaged' });
    unlinkSync(path.join(rig.folder, numbered.part.path));
    expect(await worker.run(task)).toMatchObject({ kind: 'system', code: 'ENOENT' });
  });
});

describe('a verification by threads', () => {
  it('finds a whole store clean', async () => {
    const rig = await sealedRig();
    await using pool = new HashThreads(rig.folder, 2);
    const { report, findings } = await verifyBy(pool, rig);
    expect(findings).toEqual([]);
    expect(report.events).toBe(manyEvents);
  });

  it('finds what one by a single thread does', async () => {
    const rig = await sealedRig();
    const { part } = await onlyPart(rig);
    const file = path.join(rig.folder, part.path);
    await using pool = new HashThreads(rig.folder, 2);
    for (const at of [9, Math.floor(part.bytes / 2), part.bytes - 1]) {
      flip(file, at);
      const { findings } = await verifyBy(pool, rig);
      expect(findings.some((finding) => finding.file === part.path)).toBe(true);
      expect(findings).toEqual((await verifyRig(rig)).findings);
      flip(file, at);
    }
    unlinkSync(file);
    expect((await verifyBy(pool, rig)).findings).toEqual((await verifyRig(rig)).findings);
  });

  it('fails, and finds nothing clean, when a thread ends', async () => {
    const entry = new URL('./ending-thread.ts', import.meta.url);
    const rig = await sealedRig(3);
    await using pool = new HashThreads(rig.folder, 2, entry);
    await expect(verifyBy(pool, rig)).rejects.toThrow('the thread ended');
  });
});
