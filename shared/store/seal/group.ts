import type { AcceptedEvent } from '../../domain/event.ts';
import type { PositionedEvent } from '../part/sealed/write.ts';
import type { SealRow } from './row.ts';

/** What goes into one sealed part. */
export interface PartGroup {
  readonly segment: string;
  /** `YYYY-MM-DD` of received_at, in UTC. */
  readonly day: string;
  readonly events: readonly PositionedEvent[];
}

const dayOf = ({ receivedAt }: AcceptedEvent): string => receivedAt.slice(0, 'YYYY-MM-DD'.length);

/** One group a segment and day: retention drops whole days of a segment. @param rows in the order of their positions. */
export const groupByPart = (rows: readonly SealRow[]): readonly PartGroup[] => {
  const placed = rows.map(({ event }, positionOffset) => ({ event, positionOffset }));
  const groups = Map.groupBy(placed, ({ event }) => `${event.segment}/${dayOf(event)}`);
  return [...groups.values()].flatMap((events) => {
    const [first] = events;
    return first === undefined ? [] : [{ segment: first.event.segment, day: dayOf(first.event), events }];
  });
};
