import type { PartId } from '../../../domain/ids.ts';
import { limits } from '../../../domain/limits.ts';

/** Sealed parts have version 2 of the format, as `docs/PART_FORMAT.md` specifies it. */
export const sealedFormatVersion = 2;

/** Rows are sorted by consultation within as many positions; the next as many stand behind them. */
export const windowPositions = 65_536;

/** Rows of a chunk: what one event's columns cost to read, some 200 KB, against 0.5 bytes an event that 65,536 would save. */
export const rowsPerChunk = 8_192;

/** Names of a chunk of a dictionary: one look of a binary search. */
export const namesPerChunk = 2_048;

/** Payload bytes of a chunk before deflate: 256 KiB cost 5 bytes an event more, and 1 MiB inflates in 2 ms. */
export const payloadChunkBytes = 1024 * 1024;

/** Bytes of `occurred_at_text`: the longest time that INGEST lets through, so that rows can be written as they come. */
export const timeTextBytes = limits.timeLength;

/** The columns with one value a row, and how many 32-bit words a value has. */
export const columnWords = {
  event_id: 4,
  received_at: 2,
  occurred_at: 2,
  request_index: 1,
  event_type: 1,
  consultation: 1,
  user: 1,
  position_offset: 1,
} as const;

export type ColumnName = keyof typeof columnWords;
export const columnNames = Object.keys(columnWords) as readonly ColumnName[];

/** Columns in memory, in the file's own little-endian words: a 64-bit value is its low word, then its high one. */
export type ColumnWords = Readonly<Record<ColumnName, Uint32Array<ArrayBuffer>>>;

/** The high word of `occurred_at` of an event that has none; the low one is 0, and no time has these. */
export const noTimeHigh = 0x8000_0000;

/** What a sealed part is, beside its events. */
export interface SealedPartHeader {
  readonly partId: PartId;
  /** 1 from `seal`, more from merges. */
  readonly level: number;
  readonly segment: string;
  /** The day of `received_at` in UTC, `YYYY-MM-DD`. */
  readonly day: string;
}

/** What a sealed part says about itself: a commit lists it, and a reader chooses parts by it. */
export interface SealedPartMeta extends SealedPartHeader {
  readonly count: number;
  readonly consultations: number;
  /** Before deflate. */
  readonly payloadBytes: number;
  /** Relative to the base position that the commit gives. */
  readonly positionOffsetMin: number;
  readonly positionOffsetMax: number;
  /** Unix milliseconds. */
  readonly receivedAtMinMs: number;
  readonly receivedAtMaxMs: number;
}

/** A sealed part as bytes, ready to be published. */
export interface RenderedPart {
  readonly bytes: Uint8Array;
  readonly meta: SealedPartMeta;
}
