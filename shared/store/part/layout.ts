/** Part format version 1, as `docs/PART_FORMAT.md` specifies it. */
export const partFormat = 'fi-events part';
export const partFormatVersion = 1;

/** Bytes of a payload chunk: a page of events costs a few chunks to inflate, and deflate still finds its repeats. */
export const payloadChunkBytes = 256 * 1024;

/** One chunk a column in any part that `persist` writes; a bound for those that are merged out of them. */
export const rowsPerChunk = 65_536;

/** `occurred_at` of an event that has none. */
export const noTime = -(2n ** 63n);

/** The names of the datasets that hold the distinct values behind a column of codes. */
export const dictionaries = {
  event_type: 'event_type_names',
  segment: 'segment_names',
  consultation: 'consultation_names',
  user: 'user_names',
} as const;

/** The columns of a part, row by row. A code points into its dictionary, and has 32 bits because clients choose the names: one batch may hold more than 65,536 of them; user code 0 is the empty name: no user. */
export interface PartColumns {
  readonly count: number;
  readonly payload: Uint8Array;
  /** n + 1 byte offsets into `payload`. */
  readonly payloadOffset: BigUint64Array;
  /** 16 bytes a row. */
  readonly eventId: Uint8Array;
  /** 32 bytes a row. */
  readonly leaf: Uint8Array;
  /** Unix milliseconds. */
  readonly receivedAt: BigInt64Array;
  /** Unix milliseconds, or {@link noTime}. */
  readonly occurredAt: BigInt64Array;
  /** The text as sent where it is not the canonical rendering of `occurredAt`, else empty; absent when no row needs it. */
  readonly occurredAtText: readonly string[] | undefined;
  readonly requestIndex: Uint32Array;
  readonly eventType: Uint32Array;
  readonly eventTypeNames: readonly string[];
  readonly segment: Uint32Array;
  readonly segmentNames: readonly string[];
  readonly consultation: Uint32Array;
  readonly consultationNames: readonly string[];
  readonly user: Uint32Array;
  readonly userNames: readonly string[];
}

/** A column set without its payloads: what an index keeps. */
export type NarrowColumns = Omit<PartColumns, 'payload'>;
