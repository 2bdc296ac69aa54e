import { EventExpired, StoreUnavailable } from '../domain/errors.ts';
import type { StoredEvent } from '../domain/event.ts';
import type { ConsultationId, EventId } from '../domain/ids.ts';
import { type Clock, systemClock } from '../ports/clock.ts';
import { type Logger, silentLogger } from '../telemetry/log.ts';
import { CommitLog } from './commits/commit-log.ts';
import type { CommitReading } from './commits/read-commit.ts';
import type { StoreState } from './commits/state.ts';
import { type FileReading, isGone, nodeStoreFiles, type RangeReading, systemCode } from './files.ts';
import { identityKey, keyText } from './known-ids/identity-key.ts';
import { lookup } from './known-ids/lookup.ts';
import { PageCache } from './known-ids/page-cache.ts';
import type { ConsultationQuery, EventFeed, EventPage, EventProof, EventReader, FeedPage, FeedQuery } from './port.ts';
import { Level0Catalog } from './read/catalog.ts';
import { type Cursor, decodeCursor, decodePosition, encodeCursor, fromTheStart } from './read/cursor.ts';
import { FeedReader } from './read/feed-reader.ts';
import { prove } from './read/prove.ts';
import { SealedCatalog } from './read/sealed-catalog.ts';
import { SealedReader } from './read/sealed-reader.ts';
import { type LookUp, UnsealedReader } from './read/unsealed-reader.ts';
import { expiredDayOf } from './retain/read-positions.ts';
import { runRefOf } from './seal/drop-known.ts';

/** What reading needs of a file system. */
export type StoreReading = FileReading & CommitReading & RangeReading;

export interface EventReaderOptions {
  /** The store's folder. */
  readonly folder: string;
  readonly files?: StoreReading;
  readonly logger?: Logger;
  readonly clock?: Clock;
  /** Most memory for the index of parts, in bytes; by default 64 MiB, some 600,000 events that are not sealed. */
  readonly indexBytes?: number;
  /** Payload bytes at which a page ends early, after one event at least; by default 3 MB, since Lambda's answers end at 6. */
  readonly pageBytes?: number;
  /** Positions of a leaf of the index of consultations, where it is not the usual number. */
  readonly spanPositions?: number;
}

/** How often a read starts over when a part vanishes under it: sealing removes parts long after naming them, so once is rare. */
const mostAttempts = 5;

/** How many of the rows a page may hold in bytes. */
const countThatFits = (rows: readonly { readonly payloadBytes: number }[], pageBytes: number): number => {
  let bytes = 0;
  const end = rows.findIndex(({ payloadBytes }) => {
    bytes += payloadBytes;
    return bytes > pageBytes;
  });
  return end < 0 ? rows.length : end;
};

/** Where the next page begins: behind the last event of this one. */
const cursorBehind = (before: Cursor, sealed: readonly StoredEvent[], unsealed: readonly StoredEvent[]): string =>
  encodeCursor({
    position: sealed.at(-1)?.position ?? before.position,
    unsealedId: unsealed.at(-1)?.eventId ?? before.unsealedId,
  });

/** Reads events: the sealed ones by position and, where asked to, those of level 0 behind them, by id. */
export const createEventReader = (options: EventReaderOptions): EventReader & EventFeed => {
  const { folder, files = nodeStoreFiles, logger = silentLogger, clock = systemClock } = options;
  const { indexBytes = 64 * 1024 * 1024, pageBytes = 3_000_000 } = options;
  const common = { folder, files, logger, clock };
  const log = new CommitLog(common);
  const pages = new PageCache();
  const lookUp: LookUp = (state, keys) => lookup(files, folder, [...state.runs.values()].map(runRefOf), keys, pages);
  const level0 = new Level0Catalog({ ...common, indexBytes: indexBytes * 0.75 });
  const sealedParts = new SealedCatalog({
    ...common,
    indexBytes: indexBytes * 0.25,
    spanPositions: options.spanPositions,
  });
  const sealed = new SealedReader(sealedParts);
  const feeds = new FeedReader(sealedParts, sealed);
  const unsealed = new UnsealedReader(files, folder, level0, lookUp);

  /** Lets `read` start over when a part vanished under it, and names what else the system refuses. */
  const startingOver = async <Result>(read: () => Promise<Result>): Promise<Result> => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await read();
      } catch (error) {
        if (isGone(error) && attempt < mostAttempts) continue;
        const code = systemCode(error);
        if (code === undefined) throw error;
        throw new StoreUnavailable(
          `The store at ${folder} could not be read (${code}): mount it or restore its folders.`,
          { cause: error },
        );
      }
    }
  };

  const pageOf = async (query: ConsultationQuery, after: Cursor): Promise<EventPage> => {
    const { consultationId, limit, eventType, includeUnsealed } = query;
    // Level 0 first: what is sealed in between is then in the state, and not in neither.
    const listed = includeUnsealed ? await level0.list() : [];
    const state = await log.catchUp();
    // One row more than the page tells whether there is another page.
    const most = limit + 1;
    const first = await sealed.find(state, { consultationId, behind: after.position, most, eventType });
    const left = Math.max(0, most - first.rows.length);
    const second =
      includeUnsealed && left > 0
        ? await unsealed.find(state, listed, { consultationId, behindId: after.unsealedId, most: left, eventType })
        : { rows: [], unreadable: [] };
    const found = [...first.rows, ...second.rows];
    const count = Math.min(limit, Math.max(1, countThatFits(found, query.pageBytes ?? pageBytes)));
    const sealedEvents = await sealed.load(first.rows.slice(0, count));
    const unsealedEvents = await unsealed.load(second.rows.slice(0, Math.max(0, count - first.rows.length)));
    const unreadable = [...first.unreadable, ...second.unreadable];
    const allSealed = count >= first.rows.length && first.rows.length < most;
    const lastSealed = sealedEvents.at(-1)?.position ?? after.position;
    return {
      events: [...sealedEvents, ...unsealedEvents],
      next: found.length > count ? cursorBehind(after, sealedEvents, unsealedEvents) : undefined,
      sealedUpTo: allSealed ? Math.max(lastSealed, state.tree.size - 1) : lastSealed,
      ...(unreadable.length > 0 ? { unreadable } : {}),
    };
  };

  const sealedPosition = async (state: StoreState, consultationId: ConsultationId, eventId: EventId) => {
    const key = identityKey(consultationId, eventId);
    return (await lookUp(state, [key])).get(keyText(key))?.position;
  };

  const find = async (consultationId: ConsultationId, eventId: EventId): Promise<StoredEvent | undefined> => {
    const listed = await level0.list();
    const state = await log.catchUp();
    const position = await sealedPosition(state, consultationId, eventId);
    if (position === undefined) return unsealed.byId(state, listed, consultationId, eventId);
    const event = await sealed.at(state, position);
    const day = event === undefined ? await expiredDayOf(files, folder, state, position) : undefined;
    if (day === undefined) return event;
    const { segment, retention_days: retentionDays, expired_at: expiredAt } = day;
    throw new EventExpired(eventId, { segment, retentionDays, expiredAt });
  };

  const proofOf = async (consultationId: ConsultationId, eventId: EventId): Promise<EventProof> => {
    const listed = await level0.list();
    const state = await log.catchUp();
    const position = await sealedPosition(state, consultationId, eventId);
    if (position === undefined) {
      const event = await unsealed.byId(state, listed, consultationId, eventId);
      return { kind: event === undefined ? 'absent' : 'unsealed' };
    }
    const event = await sealed.at(state, position);
    const isThere = event !== undefined || (await expiredDayOf(files, folder, state, position)) !== undefined;
    if (!isThere) return { kind: 'absent' };
    return { kind: 'proven', text: await prove(files, folder, state, { position, leaf: event?.leaf }) };
  };

  const feedPage = async (query: FeedQuery): Promise<FeedPage> => {
    const state = await log.catchUp();
    const { events, upTo, more } = await feeds.read(state, {
      ...query,
      behind: decodePosition(query.after),
      pageBytes: query.pageBytes ?? pageBytes,
    });
    return { events, next: encodeCursor({ position: upTo, unsealedId: '' }), more };
  };

  return {
    feed: (query) => startingOver(() => feedPage(query)),
    sealedCount: () => startingOver(async () => (await log.catchUp()).tree.size),
    byConsultation: (query) =>
      startingOver(() => pageOf(query, query.after === undefined ? fromTheStart : decodeCursor(query.after))),
    byId: (consultationId, eventId) => startingOver(() => find(consultationId, eventId)),
    proofOf: (consultationId, eventId) => startingOver(() => proofOf(consultationId, eventId)),
  };
};
