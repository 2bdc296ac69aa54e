import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { merkleRoot } from '../../../shared/store/merkle.ts';

const sha256 = (...parts: readonly Uint8Array[]): Buffer => {
  const digest = createHash('sha256');
  for (const part of parts) digest.update(part);
  return digest.digest();
};

/** The same tree built from below: pair neighbours, carry an odd one up, until one is left. */
const fromBelow = (leaves: readonly Uint8Array[]): Uint8Array => {
  let level = [...leaves];
  while (level.length > 1) {
    const above: Uint8Array[] = [];
    for (let index = 0; index < level.length; index += 2) {
      const [left, right] = level.slice(index, index + 2);
      if (left) above.push(right ? sha256(Uint8Array.of(1), left, right) : left);
    }
    level = above;
  }
  return level[0] ?? sha256();
};

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** The entries and roots that Certificate Transparency's implementations of RFC 6962 test each other with. */
const entries = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const roots = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

describe('merkleRoot', () => {
  it.each(roots.map((root, count) => [count, root] as const))('of %i entries is as RFC 6962 has it', (count, root) => {
    const leaves = entries.slice(0, count).map((entry) => sha256(Uint8Array.of(0), Buffer.from(entry, 'hex')));
    expect(hex(merkleRoot(Buffer.concat(leaves)))).toBe(root);
  });

  it('is the same when built from below, for every size up to 130 and for 10,000', () => {
    const leaves = Array.from({ length: 10_000 }, (_, index) => sha256(Buffer.from(String(index))));
    for (const size of [...Array(131).keys(), 10_000]) {
      const some = leaves.slice(0, size);
      expect(hex(merkleRoot(Buffer.concat(some))), `of ${size} leaves`).toBe(hex(fromBelow(some)));
    }
  });
});
