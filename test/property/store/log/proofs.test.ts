import { hash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashChildren } from '../../../../shared/store/log/node-hash.ts';
import { consistencyProof, inclusionProof } from '../../../../shared/store/log/proofs.ts';
import { appendLeaves, emptyEdge, type RightEdge, rootOf } from '../../../../shared/store/log/right-edge.ts';
import { perfectSubtrees } from '../../../../shared/store/log/subtrees.ts';
import type { TileSource } from '../../../../shared/store/log/tiles/source.ts';
import {
  type ConsistencyClaim,
  type InclusionClaim,
  verifyConsistency,
  verifyInclusion,
} from '../../../../shared/store/log/verify-proofs.ts';
import { merkleRoot } from '../../../../shared/store/merkle.ts';
import { countingLeaves, hex } from '../../../unit/store/log/go-log.ts';
import { memoryTiles } from '../../../unit/store/log/memory-tiles.ts';

const most = 1_500;
const leaves = countingLeaves(most);
const log = memoryTiles(leaves);
const firstLeaves = (size: number): Uint8Array => leaves.subarray(0, size * 32);
const leafOf = (position: number): Uint8Array => leaves.subarray(position * 32, position * 32 + 32);
const rootAt = (size: number): Uint8Array => merkleRoot(firstLeaves(size));

const size = fc.integer({ min: 1, max: most });
const twoSizes = fc.tuple(size, size).map(([one, other]) => [Math.min(one, other), Math.max(one, other)] as const);

/** Ways to alter a proof; each returns undefined where it would change nothing. */
type Proof = readonly Uint8Array[];
const alterations: fc.Arbitrary<(proof: Proof) => Proof | undefined> = fc.oneof(
  fc.tuple(fc.nat(), fc.nat({ max: 255 })).map(([which, bit]) => (proof: Proof) => {
    if (proof.length === 0) return undefined;
    return proof.map((hash, at) => {
      const flipped = Uint8Array.from(hash);
      if (at === which % proof.length) flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      return flipped;
    });
  }),
  fc.nat().map((which) => (proof: Proof) => (proof.length > 0 ? proof.toSpliced(which % proof.length, 1) : undefined)),
  fc.nat().map((where) => (proof: Proof) => proof.toSpliced(where % (proof.length + 1), 0, new Uint8Array(32))),
  fc.nat().map((which) => (proof: Proof) => {
    const [left, right] = [proof[which % proof.length], proof[(which + 1) % proof.length]];
    if (!left || !right || hex(left) === hex(right)) return undefined;
    return proof.map((hash) => (hash === left ? right : hash === right ? left : hash));
  }),
);

describe('the right edge', () => {
  it('has the root of the naive tree, in however many steps it grew', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 12 }), (steps) => {
        let edge: RightEdge = emptyEdge;
        let at = 0;
        for (const step of steps) {
          const to = Math.min(most, at + step);
          edge = appendLeaves(edge, leaves.subarray(at * 32, to * 32));
          at = to;
        }
        expect(edge).toEqual(appendLeaves(emptyEdge, firstLeaves(at)));
        expect(hex(rootOf(edge))).toBe(hex(rootAt(at)));
        expect(edge.hashes.map(hex)).toEqual(
          perfectSubtrees({ from: 0, to: at }).map(({ height, index }) =>
            hex(merkleRoot(leaves.subarray(index * 2 ** height * 32, (index + 1) * 2 ** height * 32))),
          ),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('does not change what it was given', () => {
    const given = Uint8Array.from(firstLeaves(300));
    const edge = appendLeaves(emptyEdge, given);
    const before = edge.hashes.map(hex);
    appendLeaves(edge, firstLeaves(500));
    expect(hex(given)).toBe(hex(firstLeaves(300)));
    given.fill(0);
    expect(edge.hashes.map(hex)).toEqual(before);
  });
});

describe('inclusion', () => {
  const claim = fc
    .tuple(size, fc.nat())
    .map(([size, position]) => ({ size, position: position % size }))
    .map(({ size, position }) => ({ size, position, leaf: leafOf(position), root: rootAt(size) }));
  const prove = async (of: Omit<InclusionClaim, 'proof'>): Promise<InclusionClaim> => ({
    ...of,
    proof: await inclusionProof(log, of.size, of.position),
  });

  it('of every event in every tree verifies', async () => {
    await fc.assert(
      fc.asyncProperty(claim, async (of) => {
        expect(verifyInclusion(await prove(of))).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  it('does not verify when anything of it is altered', async () => {
    await fc.assert(
      fc.asyncProperty(claim, alterations, async (of, alter) => {
        const proven = await prove(of);
        const proof = alter(proven.proof);
        if (proof) expect(verifyInclusion({ ...proven, proof })).toBe(false);
      }),
      { numRuns: 600 },
    );
  });

  it('does not verify for another event, position or tree', async () => {
    await fc.assert(
      fc.asyncProperty(claim, fc.integer({ min: 0, max: most }), async (of, other) => {
        const proven = await prove(of);
        const { position, size } = proven;
        if (other !== position) {
          expect(verifyInclusion({ ...proven, position: other })).toBe(false);
          if (other < most) expect(verifyInclusion({ ...proven, leaf: leafOf(other) })).toBe(false);
        }
        if (other !== size) expect(verifyInclusion({ ...proven, root: rootAt(other) })).toBe(false);
      }),
      { numRuns: 400 },
    );
  });
});

describe('consistency', () => {
  const prove = async (from: number, to: number): Promise<ConsistencyClaim> => ({
    from,
    fromRoot: rootAt(from),
    to,
    toRoot: rootAt(to),
    proof: await consistencyProof(log, from, to),
  });

  it('between any two sizes verifies', async () => {
    await fc.assert(
      fc.asyncProperty(twoSizes, async ([from, to]) => {
        expect(verifyConsistency(await prove(from, to))).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  it('does not verify when anything of it is altered', async () => {
    await fc.assert(
      fc.asyncProperty(twoSizes, alterations, async ([from, to], alter) => {
        const proven = await prove(from, to);
        const proof = alter(proven.proof);
        if (proof) expect(verifyConsistency({ ...proven, proof })).toBe(false);
      }),
      { numRuns: 600 },
    );
  });

  it('does not verify for another tree', async () => {
    await fc.assert(
      fc.asyncProperty(twoSizes, fc.integer({ min: 0, max: most }), async ([from, to], other) => {
        const proven = await prove(from, to);
        if (other !== from) expect(verifyConsistency({ ...proven, fromRoot: rootAt(other) })).toBe(false);
        if (other !== to) expect(verifyConsistency({ ...proven, toRoot: rootAt(other) })).toBe(false);
        expect(verifyConsistency({ ...proven, from: to + 1 })).toBe(false);
      }),
      { numRuns: 400 },
    );
  });
});

/** A log of any size at all: its leaves are all the same, so that a node's hash follows from its height. */
const uniform = (() => {
  const heights: Uint8Array[] = [hash('sha256', '\0', 'buffer')];
  const ofHeight = (height: number): Uint8Array => {
    for (let at = heights.length; at <= height; at++) {
      const below = heights[at - 1] ?? new Uint8Array();
      heights.push(hashChildren(below, below));
    }
    return heights[height] ?? new Uint8Array();
  };
  const rootAt = (size: number): Uint8Array =>
    rootOf({ size, hashes: perfectSubtrees({ from: 0, to: size }).map(({ height }) => ofHeight(height)) });
  const reads: string[] = [];
  const tiles: TileSource = {
    read: async ({ level, index }, width) => {
      reads.push(`${level}/${index}`);
      return Buffer.concat(Array.from({ length: width }, () => ofHeight(8 * level)));
    },
  };
  return { leaf: ofHeight(0), rootAt, tiles, reads };
})();

describe('in logs of up to 2^52 events', () => {
  const huge = fc.integer({ min: 1, max: 52 }).chain((bits) => fc.maxSafeNat().map((value) => 1 + (value % 2 ** bits)));

  it('proofs verify, and read no more than two tiles on each of seven levels', async () => {
    await fc.assert(
      fc.asyncProperty(huge, huge, async (one, other) => {
        const [from, to] = [Math.min(one, other), Math.max(one, other)];
        const [fromRoot, toRoot] = [uniform.rootAt(from), uniform.rootAt(to)];
        const { leaf, tiles, reads } = uniform;
        const position = from - 1;
        reads.length = 0;
        const inclusion = await inclusionProof(tiles, to, position);
        expect(reads.length).toBeLessThanOrEqual(14);
        expect(verifyInclusion({ size: to, root: toRoot, position, leaf, proof: inclusion })).toBe(true);
        const proof = await consistencyProof(tiles, from, to);
        expect(verifyConsistency({ from, fromRoot, to, toRoot, proof })).toBe(true);
        if (from < to) expect(verifyConsistency({ from: to, fromRoot, to, toRoot, proof })).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});
