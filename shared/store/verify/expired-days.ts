import { LogDamaged, MalformedNote, UntrustedNote } from '../../domain/errors.ts';
import type { ExpiredDay } from '../commits/format.ts';
import type { FileReading } from '../files.ts';
import type { VerifierKey } from '../log/note/verifier-key.ts';
import { windowPositions } from '../part/sealed/layout.ts';
import { hasBit, type PositionSet } from '../retain/position-set.ts';
import { readExpiredPositions } from '../retain/read-positions.ts';
import { requireSignedExpired } from '../retain/statement.ts';
import { type Finding, reasonOf } from './finding.ts';

export interface ExpiredDaysOptions {
  readonly files: FileReading;
  readonly store: string;
  readonly trusted: readonly VerifierKey[];
  readonly found: (finding: Finding) => void;
}

const windowOf = (position: number): number => Math.floor(position / windowPositions);

const placeOf = ({ path: file, first_position: position, last_position: lastPosition }: ExpiredDay) => ({
  file,
  position,
  lastPosition,
});

/** Which positions of the log have no event any more since retention dropped it, as far as that was signed and is whole. */
export class ExpiredDays {
  readonly #options: ExpiredDaysOptions;
  #days: readonly ExpiredDay[] = [];
  /** Those that reach into the windows that are being looked at. */
  readonly #read = new Map<string, PositionSet>();
  /** What is wrong with them was told. */
  readonly #refused = new Set<string>();

  constructor(options: ExpiredDaysOptions) {
    this.#options = options;
  }

  /** Takes the days of a newer commit in place of those before. */
  replace(days: Iterable<ExpiredDay>): void {
    this.#days = [...days];
  }

  /** The bits of a window of the log; undefined when nothing of it expired. @throws the system's error */
  async in(window: number): Promise<Uint8Array | undefined> {
    let bits: Uint8Array | undefined;
    for (const day of this.#days) {
      if (windowOf(day.last_position) < window) this.#read.delete(day.path);
      if (windowOf(day.first_position) > window || windowOf(day.last_position) < window) continue;
      const own = (await this.#positionsOf(day))?.window(window);
      if (own === undefined) continue;
      if (bits === undefined) bits = Uint8Array.from(own);
      else this.#add(bits, own, day, window);
    }
    return bits;
  }

  /** Whether a list that can't be relied on may be what tells why there is no event at some positions. */
  mayExplain(first: number, last: number): boolean {
    return this.#days.some(
      (day) => this.#refused.has(day.path) && day.first_position <= last && day.last_position >= first,
    );
  }

  #add(bits: Uint8Array, own: Uint8Array, day: ExpiredDay, window: number): void {
    const from = window * windowPositions;
    for (let index = 0; index < windowPositions; index++) {
      if (!(hasBit(bits, index) && hasBit(own, index))) continue;
      const reason = 'another list of expired positions has this one already';
      this.#options.found({ kind: 'repeated', file: day.path, position: from + index, reason });
      break;
    }
    for (const [index, byte] of own.entries()) bits[index] = (bits[index] ?? 0) | byte;
  }

  async #positionsOf(day: ExpiredDay): Promise<PositionSet | undefined> {
    const known = this.#read.get(day.path);
    if (known || this.#refused.has(day.path)) return known;
    const { files, store, trusted, found } = this.#options;
    try {
      requireSignedExpired(day, trusted);
      const positions = await readExpiredPositions(files, store, day);
      if (positions) this.#read.set(day.path, positions);
      else found({ kind: 'missing', ...placeOf(day), reason: 'the commits name this list of expired positions' });
      if (!positions) this.#refused.add(day.path);
      return positions;
    } catch (error) {
      if (!(error instanceof LogDamaged || error instanceof UntrustedNote || error instanceof MalformedNote))
        throw error;
      this.#refused.add(day.path);
      const what = error instanceof LogDamaged ? '' : `that ${day.segment} ${day.day} expired can't be relied on: `;
      found({ kind: 'changed', ...placeOf(day), reason: `${what}${reasonOf(error)}` });
      return undefined;
    }
  }
}
