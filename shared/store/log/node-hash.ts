import { hash } from 'node:crypto';

/** Bytes of a hash, everywhere in the log. */
export const hashBytes = 32;

/** The Merkle tree hash of no leaves: SHA-256 of nothing (RFC 6962, section 2.1). */
export const emptyRoot: Uint8Array = hash('sha256', new Uint8Array(), 'buffer');

/** RFC 6962's prefix of an inner node, and room for its two children: filled anew for each, which halves the time. */
const scratch = Buffer.alloc(1 + 2 * hashBytes, 0x01);

/** Hashes what the scratch holds. As text it costs a third of what a Buffer of its own would. */
const hashScratch = (target: Buffer, at: number): void => {
  target.write(hash('sha256', scratch, 'binary'), at, 'latin1');
};

/** The hash of an inner node: `SHA-256(0x01 || left || right)` (RFC 6962, section 2.1). */
export const hashChildren = (left: Uint8Array, right: Uint8Array): Uint8Array => {
  scratch.set(left, 1);
  scratch.set(right, 1 + hashBytes);
  const node = Buffer.allocUnsafe(hashBytes);
  hashScratch(node, 0);
  return node;
};

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** The parents of hashes that lie one after another, an even number of them. */
export const hashPairs = (children: Uint8Array): Uint8Array => {
  const source = asBuffer(children);
  const parents = Buffer.allocUnsafe(children.length / 2);
  for (let at = 0; at < parents.length; at += hashBytes) {
    source.copy(scratch, 1, 2 * at, 2 * at + 2 * hashBytes);
    hashScratch(parents, at);
  }
  return parents;
};

/** The root of a perfect subtree, from its leaves one after another: a power of two of them. */
export const perfectRoot = (leaves: Uint8Array): Uint8Array => {
  let level = leaves;
  while (level.length > hashBytes) level = hashPairs(level);
  return level;
};
