import type { CommittedPart } from '../commits/format.ts';
import { windowPositions } from '../part/sealed/layout.ts';

/** What a merge may take and make. */
export interface MergeLimits {
  /** Parts that are open at once; each takes a chunk of payload of up to 1 MiB in memory. */
  readonly inputs: number;
  /** Events of a merged part. One merge writes one such part, so that sealing waits for no more than that. */
  readonly events: number;
  /** Bytes of a merged part: rendering holds it twice. */
  readonly bytes: number;
}

/**
 * A merge makes a part at least so many times as large as any that goes into it. An event is thus written at most
 * log8(events of a full part / events of its first part) + 2 times: more would write it less often and leave more parts to look into.
 */
export const growth = 8;

/** A part this near to the limits is full: it is written no more. */
const fullShare = 0.75;

/** A part cannot hold positions farther apart than its offsets reach. */
const mostSpan = 2 ** 32;

interface Sum {
  readonly events: number;
  readonly bytes: number;
}

/** Neighbours that fit one merge. */
interface Stretch {
  /** Behind its last part. */
  readonly end: number;
  readonly sum: Sum;
  /** Events of its largest part. */
  readonly largest: number;
}

const isFull = ({ events, bytes }: Sum, limits: MergeLimits): boolean =>
  events >= limits.events * fullShare || bytes >= limits.bytes * fullShare;

/** Worth it while a day gets events. What would be nearly full waits until it is: it would be written once more soon. */
const isGrown = ({ sum, largest }: Stretch, limits: MergeLimits): boolean =>
  isFull(sum, limits) || (sum.events >= growth * largest && sum.events <= (limits.events * fullShare) / 2);

const spanOf = (first: CommittedPart, last: CommittedPart): number =>
  last.last_position - Math.floor(first.first_position / windowPositions) * windowPositions;

/** The stretches that begin at `at`, a longer one each time. */
function* stretchesFrom(parts: readonly CommittedPart[], at: number, limits: MergeLimits): Generator<Stretch> {
  let [events, bytes, largest] = [0, 0, 0];
  const first = parts[at];
  for (let end = at + 1; first && end <= parts.length && end - at <= limits.inputs; end++) {
    const part = parts[end - 1];
    if (part === undefined || isFull({ events: part.count, bytes: part.bytes }, limits)) return;
    events += part.count;
    bytes += part.bytes;
    largest = Math.max(largest, part.count);
    if (events > limits.events || bytes > limits.bytes || spanOf(first, part) >= mostSpan) return;
    if (end - at > 1) yield { end, sum: { events, bytes }, largest };
  }
}

/** Stretches of neighbours that have no part in common, each as long as `isWorth` says that it is worth it. */
const stretchesOf = (
  parts: readonly CommittedPart[],
  limits: MergeLimits,
  isWorth: (stretch: Stretch) => boolean,
): readonly (readonly CommittedPart[])[] => {
  const found: CommittedPart[][] = [];
  for (let at = 0; at < parts.length; ) {
    let end = at + 1;
    for (const stretch of stretchesFrom(parts, at, limits)) if (isWorth(stretch)) end = stretch.end;
    if (end > at + 1) found.push(parts.slice(at, end));
    at = end;
  }
  return found;
};

const byPosition = (left: CommittedPart, right: CommittedPart): number => left.first_position - right.first_position;

const eventsPerPartSaved = (merge: readonly CommittedPart[]): number =>
  merge.reduce((sum, { count }) => sum + count, 0) / (merge.length - 1);

/**
 * Which parts to merge now: neighbours by position, of one segment and day, so that parts of a segment and day never
 * overlap. While a day gets events, only what makes a part much larger or full is merged; of a day that is over, whatever fits.
 * @param isOver whether a segment's day, given with its parts, gets no more events.
 * @returns merges that have no part in common; those that save a part for the fewest events come first.
 */
export const planPartMerges = (
  parts: Iterable<CommittedPart>,
  limits: MergeLimits,
  isOver: (day: string, parts: readonly CommittedPart[]) => boolean,
): readonly (readonly CommittedPart[])[] => {
  const plans: (readonly CommittedPart[])[] = [];
  for (const members of Map.groupBy(parts, ({ segment, day }) => `${segment}/${day}`).values()) {
    const [first] = members;
    if (first === undefined || members.length === 1) continue;
    const neighbours = members.sort(byPosition);
    const growing = stretchesOf(neighbours, limits, (stretch) => isGrown(stretch, limits));
    // To the end only what growing has left, so that a late event does not rewrite all others of its day.
    const last = growing.length === 0 && isOver(first.day, neighbours);
    plans.push(...(last ? stretchesOf(neighbours, limits, () => true) : growing));
  }
  return plans.sort((left, right) => eventsPerPartSaved(left) - eventsPerPartSaved(right));
};
