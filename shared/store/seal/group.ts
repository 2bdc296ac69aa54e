import { renderMs } from '../part/time.ts';
import type { SealBatch } from './batch.ts';

/** What goes into one sealed part. */
export interface PartGroup {
  readonly segment: string;
  /** `YYYY-MM-DD` of received_at, in UTC. */
  readonly day: string;
  /** Their places among all that get positions, ascending. */
  readonly offsets: number[];
}

const dayMs = 86_400_000;

const dayOf = (dayNumber: number): string => renderMs(dayNumber * dayMs).slice(0, 'YYYY-MM-DD'.length);

/** One group a segment and day: retention drops whole days of a segment. @param events in the order of their positions. */
export const groupByPart = (batch: SealBatch, events: Uint32Array): readonly PartGroup[] => {
  const groups = new Map<string, Map<number, PartGroup>>();
  for (let offset = 0; offset < events.length; offset++) {
    const event = events[offset] ?? 0;
    const { columns } = batch.part(event).rows;
    const segment = columns.segmentNames[columns.segment[batch.rowOf[event] ?? 0] ?? 0] ?? '';
    const dayNumber = Math.floor((batch.receivedAtMs[event] ?? 0) / dayMs);
    const days = groups.get(segment) ?? new Map<number, PartGroup>();
    groups.set(segment, days);
    const group = days.get(dayNumber) ?? { segment, day: dayOf(dayNumber), offsets: [] };
    days.set(dayNumber, group);
    group.offsets.push(offset);
  }
  return [...groups.values()].flatMap((days) => [...days.values()]);
};
