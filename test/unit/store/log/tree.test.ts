import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { consistencyProof, inclusionProof, leafAt } from '../../../../shared/store/log/proofs.ts';
import { appendLeaves, emptyEdge, rootOf } from '../../../../shared/store/log/right-edge.ts';
import { tilePath } from '../../../../shared/store/log/tiles/coordinates.ts';
import { tilesOfExtension } from '../../../../shared/store/log/tiles/extension.ts';
import { verifyConsistency, verifyInclusion } from '../../../../shared/store/log/verify-proofs.ts';
import { countingLeaves, hex, vectors } from './go-log.ts';
import { memoryTiles } from './memory-tiles.ts';

const { roots, proofs, tiles } = vectors;
const leaves = countingLeaves(tiles.size);
const log = memoryTiles(leaves);
const rootAt = (size: number): Uint8Array => rootOf(appendLeaves(emptyEdge, leaves.subarray(0, size * 32)));
const leafOf = (position: number): Uint8Array => leaves.subarray(position * 32, position * 32 + 32);

describe('the right edge', () => {
  it.each(Object.entries(roots))('of %s events has the root that Go gives them', (size, root) => {
    expect(hex(rootAt(Number(size)))).toBe(root);
  });

  it('has one hash for each bit of its size', () => {
    expect(appendLeaves(emptyEdge, leaves.subarray(0, 7 * 32)).hashes).toHaveLength(3);
    expect(appendLeaves(emptyEdge, leaves.subarray(0, 8 * 32)).hashes).toHaveLength(1);
  });

  it('refuses what is no edge and what is no list of leaves', () => {
    expect(() => appendLeaves({ size: 3, hashes: [leafOf(0)] }, leafOf(1))).toThrow(RangeError);
    expect(() => appendLeaves({ size: 1, hashes: [leafOf(0), leafOf(1)] }, leafOf(1))).toThrow(RangeError);
    expect(() => appendLeaves(emptyEdge, leaves.subarray(0, 33))).toThrow('33 bytes');
  });
});

describe('proofs', () => {
  it('are those of Go for every event of every log of up to 130', async () => {
    const [inclusions, consistencies] = [createHash('sha256'), createHash('sha256')];
    for (let size = 1; size <= proofs.upTo; size++) {
      const small = memoryTiles(leaves.subarray(0, size * 32));
      for (let position = 0; position < size; position++) {
        for (const hash of await inclusionProof(small, size, position)) inclusions.update(hash);
      }
      for (let from = 1; from <= size; from++) {
        for (const hash of await consistencyProof(small, from, size)) consistencies.update(hash);
      }
    }
    expect(inclusions.digest('hex')).toBe(proofs.inclusionSha256);
    expect(consistencies.digest('hex')).toBe(proofs.consistencySha256);
  });

  it.each(proofs.inclusion)(
    'of event $position of $size are those of Go, and verify',
    async ({ size, position, proof }) => {
      const ours = await inclusionProof(log, size, position);
      expect(ours.map(hex)).toEqual(proof);
      expect(verifyInclusion({ size, root: rootAt(size), position, leaf: leafOf(position), proof: ours })).toBe(true);
      expect(hex(await leafAt(log, size, position))).toBe(hex(leafOf(position)));
    },
  );

  it.each(proofs.consistency)('of $to events after $from are those of Go, and verify', async ({ from, to, proof }) => {
    const ours = await consistencyProof(log, from, to);
    expect(ours.map(hex)).toEqual(proof);
    expect(verifyConsistency({ from, fromRoot: rootAt(from), to, toRoot: rootAt(to), proof: ours })).toBe(true);
  });

  it('read each tile once, and at most two on a level', async () => {
    for (const { size, position } of proofs.inclusion) {
      const tiles = memoryTiles(leaves);
      await inclusionProof(tiles, size, position);
      expect(new Set(tiles.reads).size).toBe(tiles.reads.length);
      expect(tiles.reads.length).toBeLessThanOrEqual(2 * 3);
    }
  });

  it('exist for positions within the log only', async () => {
    for (const position of [-1, tiles.size, 0.5, Number.NaN]) {
      await expect(inclusionProof(log, tiles.size, position)).rejects.toThrow(RangeError);
    }
    await expect(consistencyProof(log, 11, 10)).rejects.toThrow(RangeError);
    expect(await consistencyProof(log, 0, 10)).toEqual([]);
  });
});

describe('tiles', () => {
  it('are those of Go, with their names', () => {
    const digest = createHash('sha256');
    const paths: string[] = [];
    for (const tile of tilesOfExtension(0, [], leaves)) {
      const path = tilePath(tile, tile.hashes.length / 32).replace(/^log\//, '');
      paths.push(path);
      digest.update(`${path}\n`).update(tile.hashes);
    }
    expect(paths.filter((path) => !/^tile\/0\/\d{3}$/.test(path))).toEqual(tiles.notFullOf0);
    expect(paths).toHaveLength(Object.values(tiles.count).reduce((sum, count) => sum + count));
    expect(digest.digest('hex')).toBe(tiles.sha256);
  });

  it.each([
    [{ level: 0, index: 0 }, 256, 'log/tile/0/000'],
    [{ level: 0, index: 1_234_067 }, 256, 'log/tile/0/x001/x234/067'],
    [{ level: 3, index: 1_000 }, 1, 'log/tile/3/x001/000.p/1'],
    [{ level: 0, index: 2 ** 40 }, 255, 'log/tile/0/x001/x099/x511/x627/776.p/255'],
  ])('%o of %i hashes lies in %s', (tile, width, path) => {
    expect(tilePath(tile, width)).toBe(path);
  });
});
