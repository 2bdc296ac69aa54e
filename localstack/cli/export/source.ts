import path from 'node:path';
import type { StoredEvent } from '../../../shared/domain/event.ts';
import { CommitLog } from '../../../shared/store/commits/commit-log.ts';
import type { StoreState } from '../../../shared/store/commits/state.ts';
import { isGone, nodeStoreFiles } from '../../../shared/store/files.ts';
import { identityKey, keyText } from '../../../shared/store/known-ids/identity-key.ts';
import { lookup } from '../../../shared/store/known-ids/lookup.ts';
import { listLevel0 } from '../../../shared/store/level0.ts';
import type { EventFeed, FeedQuery } from '../../../shared/store/port.ts';
import { decodePosition, encodeCursor } from '../../../shared/store/read/cursor.ts';
import { runRefOf } from '../../../shared/store/seal/drop-known.ts';
import { eventsOfPart } from '../part-events.ts';

/** Events that are in memory at a time: large enough that looking through a window of a merged part for each is cheap beside reading them. */
const batchEvents = 8_192;
const batchBytes = 16 * 1024 * 1024;

/** How often unsealed events are begun anew because they were sealed and their parts removed meanwhile. */
const mostAttempts = 5;

export type ExportFilter = Pick<
  FeedQuery,
  'eventType' | 'consultationId' | 'segment' | 'fromDay' | 'toDay' | 'before' | 'after'
>;

export interface ExportOptions {
  readonly storeDir: string;
  readonly feed: EventFeed;
  readonly filter: ExportFilter;
  /** Adds what is stored and not sealed, without a position, behind what is. */
  readonly unsealed: boolean;
}

export interface ExportBatch {
  readonly events: readonly StoredEvent[];
  /** Where an export goes on that follows this one. */
  readonly next: string;
  /** How much of what is sealed has been looked at, 0 to 1. */
  readonly share: number;
}

const isWanted = (
  { eventType, consultationId, segment, fromDay = '', toDay = '9999' }: ExportFilter,
  event: StoredEvent,
) =>
  (eventType === undefined || event.eventType === eventType) &&
  (consultationId === undefined || event.consultationId === consultationId) &&
  (segment === undefined || event.segment === segment) &&
  event.receivedAt.slice(0, 10) >= fromDay &&
  event.receivedAt.slice(0, 10) <= toDay;

const keyOf = ({ consultationId, eventId }: StoredEvent): string => keyText(identityKey(consultationId, eventId));

/** The events of level-0 parts that `state` does not know as sealed. @throws the system's error when a part or a run is gone */
async function* unsealedEvents(
  storeDir: string,
  state: StoreState,
  listed: readonly string[],
): AsyncGenerator<readonly StoredEvent[]> {
  const runs = [...state.runs.values()].map(runRefOf);
  for (const part of listed) {
    if (state.removed.has(part)) continue;
    const events = await eventsOfPart(path.join(storeDir, part));
    const keys = events.map(({ consultationId, eventId }) => identityKey(consultationId, eventId));
    const known = await lookup(nodeStoreFiles, storeDir, runs, keys);
    yield events.filter((event) => !known.has(keyOf(event)));
  }
}

/**
 * Everything sealed in the order of positions, as of now, then what is not sealed where that is wanted; each event once.
 * Holds some 8,192 events at a time, and of what is unsealed the ids.
 * @throws PartDamaged, LogDamaged, StoreUnavailable, InvalidField for a cursor that is none, or the system's error
 */
export async function* exportedEvents(options: ExportOptions): AsyncGenerator<ExportBatch> {
  const { storeDir, feed, filter, unsealed } = options;
  const log = new CommitLog({ folder: storeDir, files: nodeStoreFiles });
  /** Of those that were handed out without a position, which may get one while this runs. */
  const written = new Set<string>();
  let next = encodeCursor({ position: decodePosition(filter.after), unsealedId: '' });
  for (let attempt = 1; ; attempt++) {
    // Level 0 first: what is sealed in between is then sealed, and not nowhere.
    const listed = unsealed ? await listLevel0(nodeStoreFiles, storeDir) : [];
    const state = await log.catchUp();
    const before = Math.min(state.tree.size, filter.before ?? Number.POSITIVE_INFINITY);
    for (let more = true; more; ) {
      const page = await feed.feed({ ...filter, before, after: next, limit: batchEvents, pageBytes: batchBytes });
      ({ next, more } = page);
      const events = written.size === 0 ? page.events : page.events.filter((event) => !written.has(keyOf(event)));
      yield { events, next, share: before === 0 ? 1 : Math.min(1, (decodePosition(next) + 1) / before) };
    }
    if (!unsealed) return;
    try {
      for await (const events of unsealedEvents(storeDir, state, listed)) {
        const fresh: StoredEvent[] = [];
        for (const event of events) {
          // A part, or two of them, may hold an event twice.
          if (!isWanted(filter, event) || written.has(keyOf(event))) continue;
          written.add(keyOf(event));
          fresh.push(event);
        }
        yield { events: fresh, next, share: 1 };
      }
      return;
    } catch (error) {
      if (!isGone(error) || attempt === mostAttempts) throw error;
    }
  }
}
