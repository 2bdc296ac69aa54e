import type { LetterId } from '../../domain/ids.ts';
import type { Letter, LetterPiece } from '../../domain/letter.ts';
import type { Joined } from '../../queue/letters/join.ts';
import type { Settlement } from './settlement.ts';

/** What functions/quarantine needs of the store. */
export interface LetterPublisher {
  /**
   * Publishes a letter or a piece of one: whole or invisible, and durable when this resolves. One that is there already counts
   * as published, whenever that was.
   * @param quarantinedAt RFC 3339.
   * @returns false when another file has the name, which only a forged or damaged one can have.
   * @throws StoreUnavailable when the store can't be written for now; a retry is safe.
   */
  publish(piece: LetterPiece, quarantinedAt: string): Promise<boolean>;
}

/** All of a letter but its record, which may be a megabyte. */
export type LetterHead = Omit<Letter, 'record'>;

/** A letter as the store has it. */
export interface QuarantinedLetter {
  readonly letterId: LetterId;
  readonly head: LetterHead;
  /** RFC 3339. */
  readonly quarantinedAt: string;
  readonly joined: Joined;
  /** Absent while the letter is open. */
  readonly settlement?: Settlement;
}

/** What is under a letter's id: a letter, nothing, or files that are no letter any more. */
export type LetterFound =
  | { readonly kind: 'letter'; readonly found: QuarantinedLetter }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreadable'; readonly letterId: LetterId };

export type LetterState = 'open' | 'settled' | 'all';

/** What the replay functions need of the store. */
export interface QuarantineStore {
  /**
   * Ids of letters in ascending order, behind `after`, as far as the consumer asks. Made from folder listings, one shard after the
   * other, which on a network share may be some seconds old.
   * @throws StoreUnavailable
   */
  ids(state: LetterState, after?: LetterId): AsyncIterable<LetterId>;
  /** Found by name, so that it is as it stands now. @throws StoreUnavailable */
  read(letterId: LetterId): Promise<LetterFound>;
  /** The settlement as it stands now; undefined while the letter is open. @throws StoreUnavailable */
  settlementOf(letterId: LetterId): Promise<Settlement | undefined>;
  /**
   * Settles a letter, durably. Of several that try, one wins.
   * @returns the settlement that stands: this one, or the one that was there first.
   * @throws StoreUnavailable when it is not known that any stands; a retry is safe.
   */
  settle(letterId: LetterId, settlement: Settlement): Promise<Settlement>;
  /** How many letters are open, by the folders' listings. @throws StoreUnavailable */
  countOpen(): Promise<number>;
}
