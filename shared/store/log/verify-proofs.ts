import { hashChildren } from './node-hash.ts';
import type { RightEdge } from './right-edge.ts';

const equal = (left: Uint8Array, right: Uint8Array): boolean => Buffer.compare(left, right) === 0;

const isOdd = (value: number): boolean => value % 2 === 1;
const half = (value: number): number => Math.floor(value / 2);

export interface InclusionClaim {
  /** Events in the tree. */
  readonly size: RightEdge['size'];
  readonly root: Uint8Array;
  readonly position: number;
  readonly leaf: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/** Whether a proof shows that the leaf is at its position in the tree with this root (RFC 9162, section 2.1.3.2). */
export const verifyInclusion = ({ size, root, position, leaf, proof }: InclusionClaim): boolean => {
  if (!(Number.isSafeInteger(size) && Number.isSafeInteger(position) && position >= 0 && position < size)) return false;
  let [node, last] = [position, size - 1];
  let hash = leaf;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (isOdd(node) || node === last) {
      hash = hashChildren(sibling, hash);
      // A last node without a sibling of its own is carried up to where it has one.
      while (node !== 0 && !isOdd(node)) [node, last] = [half(node), half(last)];
    } else {
      hash = hashChildren(hash, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && equal(hash, root);
};

export interface ConsistencyClaim {
  /** Events in the older tree. */
  readonly from: number;
  readonly fromRoot: Uint8Array;
  /** Events in the newer tree. */
  readonly to: number;
  readonly toRoot: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

const isPowerOfTwo = (value: number): boolean => {
  let left = value;
  while (left > 1 && !isOdd(left)) left = half(left);
  return left === 1;
};

/** Whether a proof shows that the newer tree begins with the older one (RFC 9162, section 2.1.4.2); any tree begins with the empty one. */
export const verifyConsistency = ({ from, fromRoot, to, toRoot, proof }: ConsistencyClaim): boolean => {
  if (!(Number.isSafeInteger(from) && Number.isSafeInteger(to) && from >= 0 && from <= to)) return false;
  if (from === to) return proof.length === 0 && equal(fromRoot, toRoot);
  if (from === 0) return proof.length === 0;
  // A perfect older tree is a node of the newer one, which the proof then leaves out.
  const [first, ...rest] = isPowerOfTwo(from) ? [fromRoot, ...proof] : proof;
  if (first === undefined) return false;
  let [node, last] = [from - 1, to - 1];
  while (isOdd(node)) [node, last] = [half(node), half(last)];
  let [older, newer] = [first, first];
  for (const sibling of rest) {
    if (last === 0) return false;
    if (isOdd(node) || node === last) {
      older = hashChildren(sibling, older);
      newer = hashChildren(sibling, newer);
      while (node !== 0 && !isOdd(node)) [node, last] = [half(node), half(last)];
    } else {
      newer = hashChildren(newer, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && equal(older, fromRoot) && equal(newer, toRoot);
};
