import type { Compression } from '../domain/compression.ts';
import type { AcceptedEvent, StoredEvent } from '../domain/event.ts';
import type { ConsultationId, EventId, PartId } from '../domain/ids.ts';

export type { Compression };

/** What `persist` learns about the part that it published. */
export interface PublishedPart {
  readonly partId: PartId;
  /** Relative to the store's folder. */
  readonly path: string;
  readonly events: number;
  readonly bytes: number;
}

/** What PERSIST needs of the store. */
export interface PartWriter {
  /**
   * Writes one level-0 part and publishes it: when this resolves, the part survives a power loss and readers see it.
   * @throws StoreUnavailable when the store can't be written for now; nothing is visible then and a retry is safe.
   * @throws Poison with reason `unwritable_event` when the columns themselves can't be built from these events.
   */
  write(events: readonly AcceptedEvent[], compression: Compression): Promise<PublishedPart>;
}

/** Which events of a consultation, and from where. */
export interface ConsultationQuery {
  readonly consultationId: ConsultationId;
  /** A former page's `next`, or the position of the last event that was read; checked by {@link EventReader.byConsultation}. */
  readonly after?: string;
  /** 1 to `limits.pageEvents`. */
  readonly limit: number;
  readonly eventType?: string;
  /** Adds what is stored but not yet sealed, behind what is. */
  readonly includeUnsealed: boolean;
  /** Payload bytes at which the page ends early, after one event at least; by default the reader's. */
  readonly pageBytes?: number;
}

export interface EventPage {
  readonly events: readonly StoredEvent[];
  /** Hand it back as `after`; undefined when this page was the last one for now. */
  readonly next: string | undefined;
  /** All sealed events up to this position were looked at: where to go on when there is no `next`. */
  readonly sealedUpTo: number;
  /**
   * Parts so damaged that nobody can tell whose events they hold: this page may lack some. Absent when there are none.
   * Whoever shows the page says so.
   */
  readonly unreadable?: readonly string[];
}

/** Which sealed events of the whole store, and from where. */
export interface FeedQuery {
  /** A former page's `next`, or the position of the last event that was read. */
  readonly after?: string;
  readonly limit: number;
  /** Bytes at which the page ends early, after one event at least. */
  readonly pageBytes?: number;
  readonly eventType?: string;
  /** Whose events may be shown; everybody's when absent. The cursor passes those that may not. */
  readonly mayRead?: (consultationId: ConsultationId) => boolean;
  readonly consultationId?: string;
  readonly segment?: string;
  /** Days of `received_at` in UTC, `YYYY-MM-DD`, the first and the last. */
  readonly fromDay?: string;
  readonly toDay?: string;
  /** Only events before this position. */
  readonly before?: number;
}

export interface FeedPage {
  /** In ascending order of position. May be none, where nothing of what was looked at is wanted. */
  readonly events: readonly StoredEvent[];
  /** Hand it back as `after`: everything up to there has been looked at. The same as `after` when nothing new is there. */
  readonly next: string;
  /** Whether more is sealed already behind `next`. */
  readonly more: boolean;
}

/** Everything sealed, in the order of positions, for consumers that want each event once. */
export interface EventFeed {
  /**
   * @throws InvalidField naming `after` when the cursor is not one of ours.
   * @throws PartDamaged when the page may lack events of a part that can't be read: a feed never passes over what is there.
   * @throws StoreUnavailable when the store can't be read for now.
   */
  feed(query: FeedQuery): Promise<FeedPage>;
  /** How many events are sealed: it grows with each commit that seals. @throws StoreUnavailable */
  sealedCount(): Promise<number>;
}

/** What there is to prove of an event. */
export type EventProof =
  /** A C2SP tlog-proof, with the newest checkpoint that its tiles are there for. */
  | { readonly kind: 'proven'; readonly text: string }
  /** It is stored and has no position yet. */
  | { readonly kind: 'unsealed' }
  | { readonly kind: 'absent' };

/** What the read functions need of the store. */
export interface EventReader {
  /**
   * A page may end before `limit` is reached, when its payloads are many bytes; `next` tells.
   * @throws InvalidField naming `after` when the cursor is not one of ours.
   * @throws PartDamaged when events of this consultation can't be read.
   * @throws StoreUnavailable when the store can't be read for now.
   */
  byConsultation(query: ConsultationQuery): Promise<EventPage>;
  /**
   * @throws EventExpired when the event was dropped with its day, since its retention was over.
   * @throws PartDamaged when the event may be in a part that can't be read, StoreUnavailable as above.
   */
  byId(consultationId: ConsultationId, eventId: EventId): Promise<StoredEvent | undefined>;
  /** Also of an event that expired. @throws LogDamaged when the log does not fit the event, PartDamaged and StoreUnavailable as above. */
  proofOf(consultationId: ConsultationId, eventId: EventId): Promise<EventProof>;
}

/** What backpressure and readiness need of the store. */
export interface StoreGauge {
  /** Free bytes of the store's file system. @throws StoreUnavailable */
  freeBytes(): Promise<number>;
  /** Writes a small file, gives it a second name and removes both. @throws StoreUnavailable when the store can't be written. */
  probe(): Promise<void>;
}
