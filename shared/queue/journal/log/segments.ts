import type { Segment } from './segment.ts';
import type { Spares } from './spares.ts';

/** Segments that sends leave free, so that deletes, and the copying that frees space, always find room. */
const reservedSegments = 2;

/** The files of the log, oldest first, and how much more may go into them. */
export class Segments {
  /** Never empty once the log is open; the last one is written to. */
  readonly list: Segment[];
  readonly spares: Spares;
  readonly segmentBytes: number;
  readonly #mostSegments: number;

  constructor(list: Segment[], spares: Spares, segmentBytes: number, maxBytes: number) {
    this.list = list;
    this.spares = spares;
    this.segmentBytes = segmentBytes;
    this.#mostSegments = Math.floor(maxBytes / segmentBytes);
  }

  get active(): Segment | undefined {
    return this.list.at(-1);
  }

  get oldest(): Segment | undefined {
    return this.list[0];
  }

  /** Number of the oldest segment that is needed. */
  get oldestNumber(): number {
    return this.oldest?.number ?? 1;
  }

  get diskBytes(): number {
    return this.list.reduce((sum, { bytes }) => sum + bytes, this.spares.diskBytes);
  }

  /** Bytes of the log that no live message needs. */
  get deadBytes(): number {
    let dead = 0;
    for (const segment of this.list) {
      const used = segment === this.active ? segment.endOffset : segment.bytes;
      dead += used - segment.liveBytes;
    }
    return dead;
  }

  /** True when little more than the reserve is left. */
  get scarce(): boolean {
    return this.list.length >= this.#mostSegments - reservedSegments - 1;
  }

  get mayGrow(): boolean {
    return this.list.length + this.spares.count < this.#mostSegments;
  }

  /** True when sends of `bytes` leave the reserve alone. */
  hasRoomForSends(bytes: number): boolean {
    return this.#hasRoom(bytes, reservedSegments);
  }

  /** True when records of `bytes` fit at all. */
  hasRoom(bytes: number): boolean {
    return this.#hasRoom(bytes, 0);
  }

  #hasRoom(bytes: number, reserved: number): boolean {
    const { active } = this;
    if (active !== undefined && active.endOffset + bytes <= active.bytes) return true;
    const left = active === undefined ? 0 : active.bytes - active.endOffset;
    // A group never spans segments: count what is lost at the end of each as taken.
    const more = Math.ceil((bytes - left / 2) / (this.segmentBytes / 2));
    return this.list.length + Math.max(1, more) <= this.#mostSegments - reserved;
  }
}
