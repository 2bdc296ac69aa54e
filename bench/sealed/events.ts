import { randomUUID } from 'node:crypto';
import type { AcceptedEvent } from '../../shared/domain/event.ts';
import type { ConsultationId, EventId } from '../../shared/domain/ids.ts';
import { leafHash } from '../../shared/domain/leaf.ts';
import { readSourceEvents, type SourceEvent } from '../load/source-events.ts';

export const day = '2026-11-23';
export const segment = 'clinical';

/** Copies of the shared events that go on at once: consultations overlap, as they do in a clinic. */
const mostCopiesAtOnce = 4;

/** Milliseconds from an event to its arrival: mostly some tens, sometimes a second. */
const latencyMs = (): number => 20 + Math.floor(-Math.log(1 - Math.random()) * 80);

/** Which day the events are spread over, and how they are shared out among segments. */
export interface EventPlaces {
  /** `YYYY-MM-DD` */
  readonly day: string;
  readonly segmentOf: (eventType: string) => string;
}

const onePlace: EventPlaces = { day, segmentOf: () => segment };

const eventOf = (
  source: SourceEvent,
  consultations: Map<string, ConsultationId>,
  shiftMs: number,
  { segmentOf }: EventPlaces,
): AcceptedEvent => {
  const known = consultations.get(source.consultationId) ?? (randomUUID() as ConsultationId);
  consultations.set(source.consultationId, known);
  const occurredMs = Date.parse(source.occurredAt) + shiftMs;
  const event = {
    consultationId: known,
    eventId: randomUUID() as EventId,
    eventType: source.eventType,
    userId: source.userId,
    occurredAt: new Date(occurredMs).toISOString(),
    receivedAt: new Date(occurredMs + latencyMs()).toISOString(),
    requestIndex: 0,
    segment: segmentOf(source.eventType),
    payload: source.payload,
  };
  return { ...event, leaf: leafHash(event) };
};

const bySealOrder = (left: AcceptedEvent, right: AcceptedEvent): number => {
  if (left.consultationId !== right.consultationId) return left.consultationId < right.consultationId ? -1 : 1;
  return left.receivedAt < right.receivedAt ? -1 : 1;
};

/**
 * As many of the shared events as wanted, as batches that `seal` would take: copies with ids and consultations of their own,
 * so that no copy helps to compress another, spread over one day.
 */
export function* sealBatches(
  count: number,
  batchEvents: number,
  places: EventPlaces = onePlace,
): Generator<readonly AcceptedEvent[]> {
  const source = readSourceEvents();
  const copiesAtOnce = Math.min(mostCopiesAtOnce, Math.ceil(count / source.length));
  const first = Date.parse(source[0]?.occurredAt ?? '');
  const rounds = Math.ceil(count / (source.length * copiesAtOnce));
  const roundMs = 86_000_000 / rounds;
  let batch: AcceptedEvent[] = [];
  let made = 0;
  for (let round = 0; round < rounds; round++) {
    const copies = Array.from({ length: copiesAtOnce }, () => new Map<string, ConsultationId>());
    // The shared events span half an hour; where a round has less, they pass faster.
    const last = Date.parse(source.at(-1)?.occurredAt ?? '');
    const pace = Math.min(1, (roundMs - 20_000) / (last - first));
    for (const event of source) {
      const at =
        Date.parse(`${places.day}T00:00:10Z`) + round * roundMs + (Date.parse(event.occurredAt) - first) * pace;
      for (const consultations of copies) {
        if (made++ >= count) break;
        batch.push(eventOf(event, consultations, Math.floor(at) - Date.parse(event.occurredAt), places));
        if (batch.length < batchEvents) continue;
        yield batch.sort(bySealOrder);
        batch = [];
      }
    }
  }
  if (batch.length > 0) yield batch.sort(bySealOrder);
}
