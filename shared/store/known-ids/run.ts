import path from 'node:path';
import type { KeyBytes } from './record.ts';

/** A run as a commit lists it. */
export interface RunRef {
  /** Relative to the store's folder. */
  readonly path: string;
  /** Ids in it. */
  readonly entries: number;
  readonly bytes: number;
  /** Of the whole file, in hexadecimal digits. */
  readonly sha256?: string;
  /** Added to the offsets in the file, it gives positions. */
  readonly basePosition: number;
}

/** An id that a run is to hold. */
export interface NewId {
  readonly key: KeyBytes;
  /** Its first 16 bytes are kept. */
  readonly contentHash: Uint8Array;
  /** Position in the log, less the base that the commit will give. */
  readonly offset: number;
}

/** What is known of an id. */
export interface KnownId {
  /** The first 16 bytes of the content hash: compare with {@link isSameContent}. */
  readonly contentHash: Uint8Array;
  readonly position: number;
}

/** Where the runs of a store lie, relative to its folder. */
export const runFolder = path.join('log', 'index');

export const runPath = (runId: string): string => path.join(runFolder, `${runId}.run`);

/** The id of a run is its file's name, so that a file under another's name is found out. */
export const runIdOf = (run: string): string => path.basename(run, '.run');
