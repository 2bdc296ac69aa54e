import { StoreUnavailable } from '../domain/errors.ts';
import type { StoredEvent } from '../domain/event.ts';
import { type ConsultationId, type EventId, formatUuid } from '../domain/ids.ts';
import { type Logger, silentLogger } from '../telemetry/log.ts';
import { type FileReading, isGone, nodeStoreFiles, systemCode } from './files.ts';
import { partIdOf } from './level0.ts';
import type { EventPage, EventReader } from './port.ts';
import { Level0Catalog } from './read/catalog.ts';
import { decodeCursor, encodeCursor } from './read/cursor.ts';
import type { IndexedPart } from './read/index-cache.ts';
import { readRows } from './read/payloads.ts';

/** Where an event lies. */
interface Row {
  readonly eventId: string;
  readonly part: IndexedPart;
  readonly row: number;
}

/** Rows of a part that belong to a consultation and pass the filter. */
function* matchingRows(
  part: IndexedPart,
  consultationId: string,
  matches: (eventId: string, eventType: string | undefined) => boolean,
): Generator<Row> {
  const { columns } = part;
  const code = columns.consultationNames.indexOf(consultationId);
  for (let row = columns.consultation.indexOf(code); row >= 0; row = columns.consultation.indexOf(code, row + 1)) {
    const eventId = formatUuid(columns.eventId, row * 16);
    if (matches(eventId, columns.eventTypeNames[columns.eventType[row] ?? -1])) yield { eventId, part, row };
  }
}

/** Each id once: of the rows that repeat one, the one in the oldest part, as a sealer would decide. */
const firstOfEach = (rows: Iterable<Row>): readonly Row[] => {
  const first = new Map<string, Row>();
  for (const row of rows) {
    const known = first.get(row.eventId);
    if (known === undefined || partIdOf(row.part.path) < partIdOf(known.part.path)) first.set(row.eventId, row);
  }
  return [...first.values()];
};

export interface EventReaderOptions {
  /** The store's folder. */
  readonly folder: string;
  readonly files?: FileReading;
  readonly logger?: Logger;
  /** Most memory for the index of parts, in bytes; by default 64 MiB, some 600,000 events. */
  readonly indexBytes?: number;
}

/** How often a read starts over when a part vanishes under it: sealing removes parts long after naming them, so once is rare. */
const mostAttempts = 5;

/** Reads events from the level-0 parts of a store. Sealed parts will join behind the same interface. */
export const createEventReader = (options: EventReaderOptions): EventReader => {
  const { folder, files = nodeStoreFiles, logger = silentLogger, indexBytes = 64 * 1024 * 1024 } = options;
  const catalog = new Level0Catalog({ folder, files, logger, indexBytes });

  const find = async (
    consultationId: ConsultationId,
    matches: (eventId: string, eventType: string | undefined) => boolean,
  ): Promise<readonly Row[]> => {
    const parts = await catalog.partsWith(consultationId);
    return firstOfEach(parts.flatMap((part) => [...matchingRows(part, consultationId, matches)]));
  };

  const load = async (rows: readonly Row[]): Promise<readonly StoredEvent[]> => {
    const byPart = Map.groupBy(rows, ({ part }) => part);
    const loaded = new Map<IndexedPart, ReadonlyMap<number, StoredEvent>>();
    for (const [part, members] of byPart) {
      const wanted = members.map(({ row }) => row);
      loaded.set(part, await readRows(files, folder, part, wanted));
    }
    return rows.map(({ part, row }) => loaded.get(part)?.get(row)).filter((event) => event !== undefined);
  };

  const startingOver = async <Result>(read: () => Promise<Result>): Promise<Result> => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await read();
      } catch (error) {
        if (isGone(error) && attempt < mostAttempts) continue;
        if (systemCode(error) === undefined) throw error;
        throw new StoreUnavailable(`The store at ${folder} could not be read (${systemCode(error)}): mount it again.`, {
          cause: error,
        });
      }
    }
  };

  return {
    byConsultation: (query) =>
      startingOver(async (): Promise<EventPage> => {
        const after = query.after === undefined ? '' : decodeCursor(query.after);
        if (!query.includeUnsealed) return { events: [], next: undefined };
        const rows = await find(
          query.consultationId,
          (eventId, eventType) => eventId > after && (query.eventType === undefined || eventType === query.eventType),
        );
        const ordered = rows.toSorted((left, right) => (left.eventId < right.eventId ? -1 : 1));
        const page = ordered.slice(0, query.limit);
        const last = page.at(-1);
        const next = last && ordered.length > page.length ? encodeCursor(last.eventId) : undefined;
        return { events: await load(page), next };
      }),
    byId: (consultationId: ConsultationId, eventId: EventId) =>
      startingOver(async () => {
        const [event] = await load(await find(consultationId, (candidate) => candidate === eventId));
        return event;
      }),
  };
};
