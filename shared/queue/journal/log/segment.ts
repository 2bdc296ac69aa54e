import type { JournalFile } from '../files.ts';
import type { StoredMessage } from './stored-message.ts';

/** A file that is part of the log. */
export interface Segment {
  readonly file: JournalFile;
  /** Size of the file. */
  readonly bytes: number;
  readonly number: number;
  readonly salt: Uint8Array;
  /** Where the next group goes. */
  endOffset: number;
  /** Messages whose newest copy lies here. */
  readonly messages: Set<StoredMessage>;
  /** Bytes of their records. */
  liveBytes: number;
  /** Reads under way; a file that is being read is not recycled. */
  readers: number;
}

/** A preallocated file that is not part of the log; what it holds means nothing. */
export interface SpareFile {
  readonly file: JournalFile;
  readonly bytes: number;
}
