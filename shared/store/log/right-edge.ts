import { emptyRoot, hashBytes, hashChildren, hashPairs } from './node-hash.ts';

/**
 * All that it takes to append to a tree and to know its root: the roots of the perfect subtrees that its leaves make up,
 * largest first. One for each bit that is set in the size, so that a log of 2^40 events has at most 40 of them.
 */
export interface RightEdge {
  /** Leaves in the tree. */
  readonly size: number;
  readonly hashes: readonly Uint8Array[];
}

export const emptyEdge: RightEdge = { size: 0, hashes: [] };

/** The hashes that are not merged any further, by the height of their subtrees. */
const byHeight = ({ size, hashes }: RightEdge): (Uint8Array | undefined)[] => {
  const heights: (Uint8Array | undefined)[] = [];
  let next = hashes.length;
  for (let left = size; left > 0; left = Math.floor(left / 2))
    heights.push(left % 2 === 1 ? hashes[--next] : undefined);
  if (next !== 0) throw new RangeError(`a tree of ${size} leaves has no right edge of ${hashes.length} hashes`);
  return heights;
};

const leafCount = (leaves: Uint8Array): number => {
  const count = leaves.length / hashBytes;
  if (!Number.isInteger(count)) throw new RangeError(`${leaves.length} bytes are no whole number of leaf hashes`);
  return count;
};

/**
 * Appends leaf hashes, 32 bytes each, to a tree. Hashes each inner node once, and holds no more than twice the bytes it was given.
 * @throws RangeError when the edge or the leaves are not what they are taken for.
 */
export const appendLeaves = (edge: RightEdge, leaves: Uint8Array): RightEdge => {
  const size = edge.size + leafCount(leaves);
  const before = byHeight(edge);
  const after: Uint8Array[] = [];
  let added = leaves;
  for (let height = 0; added.length > 0 || height < before.length; height++) {
    const waiting = before[height];
    // One that waited for its sibling comes first: it lies to the left of all that is new.
    const level = waiting ? Buffer.concat([waiting, added]) : added;
    const paired = level.length - (level.length % (2 * hashBytes));
    if (paired < level.length) after.push(Uint8Array.from(level.subarray(paired)));
    added = hashPairs(level.subarray(0, paired));
  }
  return { size, hashes: after.reverse() };
};

/** The root of the tree (RFC 6962, section 2.1): the edge merged from the right. */
export const rootOf = ({ hashes }: RightEdge): Uint8Array =>
  hashes.length === 0 ? emptyRoot : hashes.reduceRight((right, left) => hashChildren(left, right));
