import { type ListedKeys, listKeys } from '../known-ids/key-list.ts';
import { contentBytes, copyBytes, keyBytes } from '../known-ids/record.ts';
import type { SortedIds } from '../known-ids/write.ts';
import type { SealRow } from './row.ts';
import type { WaitingPart } from './waiting-part.ts';

/** The place of each name of all parts when they are sorted. */
const ranksOf = (parts: readonly WaitingPart[]): ReadonlyMap<string, number> => {
  const names = new Set(parts.flatMap(({ rows }) => rows.columns.consultationNames));
  return new Map([...names].sort().map((name, rank) => [name, rank]));
};

/** Compares the 16 bytes of two ids. */
const compareIds = (left: Uint8Array, leftAt: number, right: Uint8Array, rightAt: number): number => {
  for (let byte = 0; byte < 16; byte++) {
    const difference = (left[leftAt + byte] ?? 0) - (right[rightAt + byte] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
};

/**
 * The events of some level-0 parts on their way to positions. They stay in the columns that they were read in, and are spoken
 * of by their number in the batch: there is no object for each. Loops count, since `entries()` of a column makes two objects an event.
 */
export class SealBatch {
  readonly parts: readonly WaitingPart[];
  readonly count: number;
  /** Which of the parts each is in, and its row there. */
  readonly partOf: Uint32Array;
  readonly rowOf: Uint32Array;
  readonly receivedAtMs: Float64Array;
  readonly requestIndex: Uint32Array;
  /** The first 16 bytes of each content hash. */
  readonly contents: Buffer;
  /** The identity keys in their order; two events with one key are one event, or a conflict. */
  readonly keys: ListedKeys;
  /** Of its consultation, among those of the batch. */
  readonly #rank: Uint32Array;
  readonly #consultations: number;

  constructor(parts: readonly WaitingPart[]) {
    this.parts = parts;
    this.count = parts.reduce((sum, { rows }) => sum + rows.count, 0);
    this.partOf = new Uint32Array(this.count);
    this.rowOf = new Uint32Array(this.count);
    this.receivedAtMs = new Float64Array(this.count);
    this.requestIndex = new Uint32Array(this.count);
    this.#rank = new Uint32Array(this.count);
    const ranks = ranksOf(parts);
    this.#consultations = ranks.size;
    let first = 0;
    for (const [part, { rows }] of parts.entries()) {
      const codeRanks = rows.columns.consultationNames.map((name) => ranks.get(name) ?? 0);
      this.partOf.fill(part, first, first + rows.count);
      this.receivedAtMs.set(rows.receivedAtMs, first);
      this.requestIndex.set(rows.columns.requestIndex, first);
      for (let row = 0; row < rows.count; row++) {
        this.rowOf[first + row] = row;
        this.#rank[first + row] = codeRanks[rows.columns.consultation[row] ?? 0] ?? 0;
      }
      first += rows.count;
    }
    this.contents = Buffer.concat(parts.map(({ hashed }) => hashed.contents));
    this.keys = listKeys(Buffer.concat(parts.map(({ hashed }) => hashed.keys)));
  }

  /** The part that an event is in. */
  part(index: number): WaitingPart {
    const part = this.parts[this.partOf[index] ?? -1];
    if (part === undefined) throw new RangeError(`there is no event ${index} in a batch of ${this.count}`);
    return part;
  }

  row(index: number): SealRow {
    const { path, rows } = this.part(index);
    return { event: rows.event(this.rowOf[index] ?? 0), part: path };
  }

  /** The first 16 bytes of the content hash of an event. */
  contentOf(event: number): Uint8Array {
    return this.contents.subarray(event * contentBytes, (event + 1) * contentBytes);
  }

  /** Whether an event has the content whose hash begins at `at`. */
  hasContent(event: number, contents: Buffer, at: number): boolean {
    const own = event * contentBytes;
    return this.contents.compare(contents, at, at + contentBytes, own, own + contentBytes) === 0;
  }

  /** Whether two events have the same content. */
  isSame(left: number, right: number): boolean {
    return this.hasContent(left, this.contents, right * contentBytes);
  }

  /** The order that decides conflicts: by what the event itself says, then by its part, never by who was read first. */
  isEarlier(left: number, right: number): boolean {
    const byTime = this.#compareTimes(left, right);
    return byTime === 0 ? this.part(left).path < this.part(right).path : byTime < 0;
  }

  /**
   * The order in which events get their positions: by consultation, then as they came in; where two requests came in the same
   * millisecond, by id, so that it is one order.
   */
  inOrder(events: Uint32Array): Uint32Array {
    const ends = new Uint32Array(this.#consultations + 1);
    for (const event of events) ends[(this.#rank[event] ?? 0) + 1] = (ends[(this.#rank[event] ?? 0) + 1] ?? 0) + 1;
    for (let rank = 1; rank < ends.length; rank++) ends[rank] = (ends[rank] ?? 0) + (ends[rank - 1] ?? 0);
    const next = ends.slice();
    const ordered = new Uint32Array(events.length);
    for (const event of events) {
      const rank = this.#rank[event] ?? 0;
      const place = next[rank] ?? 0;
      ordered[place] = event;
      next[rank] = place + 1;
    }
    for (let rank = 0; rank + 1 < ends.length; rank++) this.#orderWithin(ordered.subarray(ends[rank], ends[rank + 1]));
    return ordered;
  }

  /** Most parts have the events of a consultation in the order in which they came in, and nothing is to be sorted. */
  #orderWithin(events: Uint32Array): void {
    for (let index = 1; index < events.length; index++) {
      if (this.#compareArrivals(events[index - 1] ?? 0, events[index] ?? 0) <= 0) continue;
      events.sort((left, right) => this.#compareArrivals(left, right));
      return;
    }
  }

  /** The leaf hashes of events, one after another. */
  leavesOf(events: Uint32Array): Uint8Array {
    const leaves = Buffer.allocUnsafeSlow(events.length * 32);
    for (let place = 0; place < events.length; place++) {
      const index = events[place] ?? 0;
      const row = this.rowOf[index] ?? 0;
      copyBytes(this.part(index).hashed.leaves, row * 32, leaves, place * 32, 32);
    }
    return leaves;
  }

  /** The ids of events, given in the order of their positions. */
  idsOf(events: Uint32Array): SortedIds {
    const { list, placeOf } = this.keys;
    const none = -1;
    const offsetAt = new Int32Array(list.count).fill(none);
    for (let offset = 0; offset < events.length; offset++) offsetAt[placeOf[events[offset] ?? 0] ?? 0] = offset;
    const ids = {
      count: events.length,
      keys: Buffer.allocUnsafeSlow(events.length * keyBytes),
      contents: Buffer.allocUnsafeSlow(events.length * contentBytes),
      offsets: new Uint32Array(events.length),
    };
    let id = 0;
    for (let place = 0; place < offsetAt.length; place++) {
      const offset = offsetAt[place] ?? none;
      if (offset === none) continue;
      const event = events[offset] ?? 0;
      copyBytes(list.bytes, place * keyBytes, ids.keys, id * keyBytes, keyBytes);
      copyBytes(this.contents, event * contentBytes, ids.contents, id * contentBytes, contentBytes);
      ids.offsets[id++] = offset;
    }
    if (id !== events.length) throw new RangeError(`${events.length} events have ${id} ids`);
    return ids;
  }

  #compareArrivals(left: number, right: number): number {
    return this.#compareTimes(left, right) || compareIds(...this.#eventId(left), ...this.#eventId(right));
  }

  #compareTimes(left: number, right: number): number {
    return (
      (this.receivedAtMs[left] ?? 0) - (this.receivedAtMs[right] ?? 0) ||
      (this.requestIndex[left] ?? 0) - (this.requestIndex[right] ?? 0)
    );
  }

  #eventId(index: number): [Uint8Array, number] {
    return [this.part(index).rows.columns.eventId, (this.rowOf[index] ?? 0) * 16];
  }
}
