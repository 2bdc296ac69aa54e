import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StoreUnavailable } from '../../../../shared/domain/errors.ts';
import { DurableFolders } from '../../../../shared/store/folders.ts';
import { consistencyProof, inclusionProof } from '../../../../shared/store/log/proofs.ts';
import { appendLeaves, emptyEdge, type RightEdge, rootOf } from '../../../../shared/store/log/right-edge.ts';
import { completeTiles } from '../../../../shared/store/log/tiles/complete.ts';
import { tilePath } from '../../../../shared/store/log/tiles/coordinates.ts';
import { tilesOfExtension } from '../../../../shared/store/log/tiles/extension.ts';
import { createTileSource } from '../../../../shared/store/log/tiles/source.ts';
import { SupersededTiles } from '../../../../shared/store/log/tiles/superseded-tiles.ts';
import { hasTiles, type TileStore, writeTiles } from '../../../../shared/store/log/tiles/write.ts';
import { verifyConsistency, verifyInclusion } from '../../../../shared/store/log/verify-proofs.ts';
import { countingLeaves } from '../../../unit/store/log/go-log.ts';
import { type Fault, SimulatedFiles } from '../simulated-files.ts';

const store = '/store';
const leaves = countingLeaves(70_000);
const slice = (from: number, to: number): Uint8Array => leaves.subarray(from * 32, to * 32);
const leavesOf = async (from: number, to: number): Promise<Uint8Array> => slice(from, to);

let names = 0;
const openTiles = (files: SimulatedFiles): TileStore => ({
  files,
  store,
  folders: new DurableFolders(files, store),
  uniqueName: () => `temporary-${names++}`,
});

/** The edges of a log that grew by these steps, the empty one first. */
const edgesOf = (steps: readonly number[]): readonly RightEdge[] => {
  const edges = [emptyEdge];
  for (const step of steps) {
    const last = edges.at(-1) ?? emptyEdge;
    edges.push(appendLeaves(last, slice(last.size, last.size + step)));
  }
  return edges;
};

/** What the log's tiles must be, by their path; those of any size up to the given one that were not full count too. */
const expectOnlyRightTiles = (files: SimulatedFiles, size: number): void => {
  const right = new Map(
    [...tilesOfExtension(0, [], slice(0, size))].map((tile) => [`${tile.level}/${tile.index}`, tile]),
  );
  const rightFiles = new Map<string, Uint8Array>();
  for (const tile of right.values()) {
    for (let width = 1; width <= tile.hashes.length / 32; width++) {
      rightFiles.set(`${store}/${tilePath(tile, width)}`, tile.hashes.subarray(0, width * 32));
    }
  }
  for (const [file, bytes] of files.filesBelow(`${store}/log`)) {
    const expected = rightFiles.get(file);
    if (expected === undefined) throw new Error(`${file} is no tile of a log of ${size} events`);
    if (Buffer.compare(bytes, expected) !== 0) throw new Error(`${file} has other hashes than the log`);
  }
};

/** Whether all that may be asked about the log of this size can be proved. */
const expectProvable = async (files: SimulatedFiles, edge: RightEdge, older: RightEdge): Promise<void> => {
  const source = createTileSource(files, store);
  const { size } = edge;
  const root = rootOf(edge);
  for (const position of new Set([0, Math.floor(size / 2), Math.max(0, older.size - 1), size - 1])) {
    const proof = await inclusionProof(source, size, position);
    expect(verifyInclusion({ size, root, position, leaf: slice(position, position + 1), proof })).toBe(true);
  }
  const proof = await consistencyProof(source, older.size, size);
  expect(verifyConsistency({ from: older.size, fromRoot: rootOf(older), to: size, toRoot: root, proof })).toBe(true);
};

const step = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 300 }) },
  { weight: 2, arbitrary: fc.constantFrom(1, 255, 256, 257, 512) },
  { weight: 1, arbitrary: fc.integer({ min: 1_000, max: 6_000 }) },
);

interface Attempt {
  readonly step: number;
  readonly fault: Fault | undefined;
  /** Whether the power goes after it, and which of the names that were not synced it takes. */
  readonly power: readonly boolean[] | undefined;
}

const attempt: fc.Arbitrary<Attempt> = fc.record({
  step,
  fault: fc.option(
    fc.record({
      call: fc.nat({ max: 60 }),
      kind: fc.constantFrom('error-before', 'error-after', 'crash'),
      code: fc.constantFrom('EIO', 'ENOSPC', 'EPERM', 'ESTALE', 'EEXIST', 'ENOENT'),
    }),
    { nil: undefined, freq: 3 },
  ),
  power: fc.option(fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }), { nil: undefined }),
});

describe('writing tiles with a fault at any call, crashes and losses of power', () => {
  it('never shows a wrong tile, says rightly when all are there, and completes them at the next commit', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(attempt, { minLength: 1, maxLength: 6 }), async (attempts) => {
        const files = new SimulatedFiles(store);
        const edges = edgesOf(attempts.map(({ step }) => step));
        let tiles = openTiles(files);
        for (const [number, { fault, power }] of attempts.entries()) {
          const newestFirst = edges.slice(0, number + 2).toReversed();
          const [newest = emptyEdge, older = emptyEdge] = newestFirst;
          files.fault = fault && { ...fault, call: files.calls.length + fault.call };
          const done = await completeTiles(tiles, newestFirst, leavesOf).then(
            () => true,
            (error: unknown) => {
              expect(error).toBeInstanceOf(StoreUnavailable);
              return false;
            },
          );
          files.restart();
          let kept = 0;
          if (power) files.losePower(() => power[kept++ % power.length] ?? false);
          tiles = openTiles(files);
          expectOnlyRightTiles(files, newest.size);
          if (done) expect(await hasTiles(tiles, newest.size)).toBe(true);
          if (await hasTiles(tiles, newest.size)) await expectProvable(files, newest, older);
        }
        await completeTiles(tiles, edges.toReversed(), leavesOf);
        files.losePower();
        for (const [number, edge] of edges.entries()) {
          if (edge.size > 0) await expectProvable(files, edge, edges[number - 1] ?? emptyEdge);
        }
      }),
      { numRuns: 250 },
    );
  });

  it('is the same whoever of several does it, at the same time or again', async () => {
    await fc.assert(
      fc.asyncProperty(step, step, async (before, after) => {
        const files = new SimulatedFiles(store);
        const [, first = emptyEdge, second = emptyEdge] = edgesOf([before, after]);
        const added = slice(first.size, second.size);
        await writeTiles(openTiles(files), emptyEdge, slice(0, first.size));
        await Promise.all([1, 2, 3].map(() => writeTiles(openTiles(files), first, added)));
        const once = files.filesBelow(store);
        await writeTiles(openTiles(files), first, added);
        expect(files.filesBelow(store)).toEqual(once);
        expectOnlyRightTiles(files, second.size);
      }),
      { numRuns: 60 },
    );
  });

  it('goes on over the edge of a level-1 tile', async () => {
    const files = new SimulatedFiles(store);
    const steps = [65_000, 535, 1, 1, 255, 4_000];
    const edges = edgesOf(steps);
    for (let number = 1; number < edges.length; number++) {
      await completeTiles(openTiles(files), edges.slice(0, number + 1).toReversed(), leavesOf);
    }
    for (const [number, edge] of edges.entries()) {
      if (edge.size > 0) await expectProvable(files, edge, edges[number - 1] ?? emptyEdge);
    }
    expectOnlyRightTiles(files, edges.at(-1)?.size ?? 0);
  });
});

describe('removing what is superseded', () => {
  const tenMinutesMs = 600_000;

  /** As a process does that has just begun. */
  const removeSuperseded = (tiles: TileStore, size: number): Promise<number> =>
    new SupersededTiles({ ...tiles, graceMs: tenMinutesMs }).remove(size);

  it('leaves every proof of every size as it was, whatever fails meanwhile', async () => {
    const fault = fc.record({
      call: fc.nat({ max: 40 }),
      kind: fc.constantFrom('error-before', 'error-after', 'crash'),
      code: fc.constantFrom('EIO', 'ENOENT', 'ENOTEMPTY'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 8 }), fc.option(fault), async (steps, fault) => {
        const files = new SimulatedFiles(store);
        const edges = edgesOf(steps);
        const tiles = openTiles(files);
        for (let number = 1; number < edges.length; number++) {
          await completeTiles(tiles, edges.slice(0, number + 1).toReversed(), leavesOf);
          files.nowMs += tenMinutesMs / 2;
        }
        const size = edges.at(-1)?.size ?? 0;
        if (fault) files.fault = { ...fault, call: files.calls.length + fault.call } as Fault;
        await removeSuperseded(tiles, size);
        files.losePower();
        for (const [number, edge] of edges.entries()) {
          if (edge.size > 0) await expectProvable(files, edge, edges[number - 1] ?? emptyEdge);
        }
        await completeTiles(openTiles(files), edges.toReversed(), leavesOf);
      }),
      { numRuns: 120 },
    );
  });

  it('waits ten minutes, then takes the folder too, and keeps the tiles that nothing took the place of', async () => {
    const files = new SimulatedFiles(store);
    const [, first = emptyEdge, second = emptyEdge, third = emptyEdge] = edgesOf([100, 200, 1]);
    const tiles = openTiles(files);
    await writeTiles(tiles, emptyEdge, slice(0, 100));
    await writeTiles(tiles, first, slice(100, 300));
    expect(await removeSuperseded(tiles, second.size)).toBe(0);
    files.nowMs += tenMinutesMs;
    await writeTiles(tiles, second, slice(300, 301));
    expect(await removeSuperseded(tiles, third.size)).toBe(1);
    const left = [...files.filesBelow(`${store}/log/tile`).keys()].map((file) => file.slice(`${store}/log/`.length));
    expect(left.sort()).toEqual(['tile/0/000', 'tile/0/001.p/44', 'tile/0/001.p/45', 'tile/1/000.p/1']);
    await expect(files.list(`${store}/log/tile/0/000.p`)).resolves.toEqual([]);
    expect(await removeSuperseded(tiles, third.size)).toBe(0);
  });

  it('takes those of older folders too, which filled faster than the grace', async () => {
    const files = new SimulatedFiles(store);
    const tiles = openTiles(files);
    let edge: RightEdge = emptyEdge;
    const grow = async (events: number): Promise<void> => {
      const added = new Uint8Array(events * 32);
      await writeTiles(tiles, edge, added);
      edge = appendLeaves(edge, added);
    };
    // A folder has the tiles of 256,000 events: each of these ends with a tile of 100 hashes in another one.
    for (const events of [100, 256_000, 256_000]) await grow(events);
    const superseded = new SupersededTiles({ ...tiles, graceMs: tenMinutesMs });
    expect(await superseded.remove(edge.size)).toBe(0);
    files.nowMs += tenMinutesMs;
    await grow(1);
    const left = (): string[] =>
      [...files.filesBelow(`${store}/log/tile`).keys()]
        .filter((file) => file.includes('.p/'))
        .map((file) => file.slice(`${store}/log/tile/`.length))
        .sort();
    const unfinished = ['0/x002/000.p/100', '0/x002/000.p/101', '1/007.p/208', '2/000.p/3', '2/000.p/7'];
    expect(left()).toEqual(['0/000.p/100', '0/x001/000.p/100', '1/003.p/232', ...unfinished].sort());
    expect(await removeSuperseded(tiles, edge.size)).toBe(3);
    expect(left()).toEqual(unfinished);
    expect(await superseded.remove(edge.size)).toBe(0);
  });

  it('does not stop a writer that slept meanwhile', async () => {
    const files = new SimulatedFiles(store);
    const [, first = emptyEdge, second = emptyEdge, third = emptyEdge] = edgesOf([100, 50, 300]);
    const [sleeper, others] = [openTiles(files), openTiles(files)];
    await writeTiles(sleeper, emptyEdge, slice(0, 100));
    await writeTiles(others, first, slice(100, 150));
    await writeTiles(others, second, slice(150, 450));
    files.nowMs += tenMinutesMs;
    await writeTiles(others, third, slice(450, 451));
    expect(await removeSuperseded(others, 451)).toBe(1);
    await writeTiles(sleeper, first, slice(100, 150));
  });
});
