import path from 'node:path';
import { PartDamaged, StoreUnavailable } from '../domain/errors.ts';
import type { StoredEvent } from '../domain/event.ts';
import type { ConsultationId, EventId } from '../domain/ids.ts';
import { type Clock, systemClock } from '../ports/clock.ts';
import { type Logger, silentLogger } from '../telemetry/log.ts';
import { type FileReading, isGone, nodeStoreFiles, systemCode } from './files.ts';
import { withPart } from './part/read.ts';
import type { ConsultationQuery, EventPage, EventReader } from './port.ts';
import { Level0Catalog } from './read/catalog.ts';
import { decodeCursor, encodeCursor } from './read/cursor.ts';
import type { PartSource } from './read/part-source.ts';
import { eventsOfRows } from './read/payloads.ts';
import { FirstRows, type Row, rowsOf } from './read/rows.ts';

export interface EventReaderOptions {
  /** The store's folder. */
  readonly folder: string;
  readonly files?: FileReading;
  readonly logger?: Logger;
  readonly clock?: Clock;
  /** Most memory for the index of parts, in bytes; by default 64 MiB, some 600,000 events. */
  readonly indexBytes?: number;
  /** Payload bytes at which a page ends early, after one event at least; by default 3 MB, since Lambda's answers end at 6. */
  readonly pageBytes?: number;
}

/** How often a read starts over when a part vanishes under it: sealing removes parts long after naming them, so once is rare. */
const mostAttempts = 5;

/** As many of the rows as a page may hold in bytes; at least one. */
const fitting = (rows: readonly Row[], pageBytes: number): readonly Row[] => {
  let bytes = 0;
  const end = rows.findIndex((row, index) => {
    bytes += row.payloadBytes;
    return index > 0 && bytes > pageBytes;
  });
  return end < 0 ? rows : rows.slice(0, end);
};

/** Reads events from the level-0 parts of a store. Sealed parts will join as another {@link PartSource}. */
export const createEventReader = (options: EventReaderOptions): EventReader => {
  const { folder, files = nodeStoreFiles, logger = silentLogger, clock = systemClock } = options;
  const { indexBytes = 64 * 1024 * 1024, pageBytes = 3_000_000 } = options;
  const unsealed: PartSource = new Level0Catalog({ folder, files, logger, clock, indexBytes });

  const eventsOfPart = async (part: string, rows: readonly number[]) => {
    const columns = await unsealed.columnsOf(part);
    const bytes = await files.read(path.join(folder, part));
    return withPart(part, bytes, (open) => eventsOfRows(open, columns, rows));
  };

  const load = async (rows: readonly Row[]): Promise<readonly StoredEvent[]> => {
    const loaded = new Map<string, ReadonlyMap<number, StoredEvent>>();
    for (const [part, members] of Map.groupBy(rows, ({ part }) => part)) {
      const wanted = members.map(({ row }) => row);
      loaded.set(part, await eventsOfPart(part, wanted));
    }
    return rows.map(({ part, row }) => loaded.get(part)?.get(row)).filter((event) => event !== undefined);
  };

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
          {
            cause: error,
          },
        );
      }
    }
  };

  const unsealedPage = async (query: ConsultationQuery, after: string): Promise<EventPage> => {
    const { consultationId, limit, eventType } = query;
    const { parts, unreadable } = await unsealed.locate(consultationId);
    // One row more than the page tells whether there is another page.
    const first = new FirstRows(limit + 1, (row) => eventType === undefined || row.eventType === eventType);
    for (const part of parts) {
      for (const row of rowsOf(part, await unsealed.columnsOf(part), consultationId)) {
        if (row.eventId > after) first.offer(row);
      }
    }
    const rows = first.wanted();
    const page = fitting(rows.slice(0, limit), pageBytes);
    const last = page.at(-1);
    return {
      events: await load(page),
      next: last && rows.length > page.length ? encodeCursor(last.eventId) : undefined,
      ...(unreadable.length > 0 ? { unreadable } : {}),
    };
  };

  const find = async (consultationId: ConsultationId, eventId: EventId): Promise<StoredEvent | undefined> => {
    const { parts, unreadable } = await unsealed.locate(consultationId);
    for (const part of parts) {
      for (const row of rowsOf(part, await unsealed.columnsOf(part), consultationId)) {
        if (row.eventId === eventId) return (await load([row])).at(0);
      }
    }
    // "There is no such event" would be more than anybody knows.
    const [blind] = unreadable;
    if (blind !== undefined) throw new PartDamaged(blind, 'not readable as a part, and the event may be in it');
    return undefined;
  };

  return {
    byConsultation: async (query) => {
      const after = query.after === undefined ? '' : decodeCursor(query.after);
      if (!query.includeUnsealed) return { events: [], next: undefined };
      return startingOver(() => unsealedPage(query, after));
    },
    byId: (consultationId, eventId) => startingOver(() => find(consultationId, eventId)),
  };
};
