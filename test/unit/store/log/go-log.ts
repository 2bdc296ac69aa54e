import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** What Go's implementations made of the log below; `go-vectors/main.go` printed it. */
interface Vectors {
  readonly roots: Readonly<Record<string, string>>;
  readonly proofs: {
    readonly upTo: number;
    readonly inclusionSha256: string;
    readonly consistencySha256: string;
    readonly inclusion: readonly {
      readonly size: number;
      readonly position: number;
      readonly proof: readonly string[];
    }[];
    readonly consistency: readonly { readonly from: number; readonly to: number; readonly proof: readonly string[] }[];
  };
  readonly tiles: {
    readonly size: number;
    readonly count: Readonly<Record<string, number>>;
    readonly notFullOf0: readonly string[];
    readonly sha256: string;
  };
  readonly note: {
    readonly signerKey: string;
    readonly verifierKey: string;
    readonly checkpoint: string;
    readonly proof: string;
    readonly proofWithExtra: string;
  };
}

export const vectors: Vectors = JSON.parse(readFileSync(new URL('vectors.json', import.meta.url), 'utf8'));

/** Leaf hashes of the log whose entries are "0", "1", "2" and so on. */
export const countingLeaves = (count: number): Uint8Array =>
  Buffer.concat(Array.from({ length: count }, (_, index) => hash('sha256', `\0${index}`, 'buffer')));

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
