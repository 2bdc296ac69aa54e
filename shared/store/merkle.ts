import { emptyRoot, hashChildren } from './log/node-hash.ts';

/** The largest power of two below `count`, for `count` of 2 or more. */
const split = (count: number): number => 2 ** Math.floor(Math.log2(count - 1));

/**
 * The Merkle tree hash of RFC 6962 section 2.1 over leaf hashes that are 32 bytes each, one after another.
 * The hash of no leaves is SHA-256 of nothing.
 */
export const merkleRoot = (leaves: Uint8Array): Uint8Array => {
  const over = (from: number, count: number): Uint8Array => {
    if (count === 1) return leaves.subarray(from * 32, from * 32 + 32);
    const left = split(count);
    return hashChildren(over(from, left), over(from + left, count - left));
  };
  return leaves.length === 0 ? emptyRoot : over(0, leaves.length / 32);
};
