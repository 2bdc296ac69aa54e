import type { QuarantineReason } from '../../domain/errors.ts';
import type { LetterId } from '../../domain/ids.ts';
import type { Letter } from '../../domain/letter.ts';
import type { LetterState, QuarantinedLetter } from '../../store/quarantine/port.ts';

/** Which letters. All that is given must hold. */
export interface LetterFilter {
  readonly reason?: QuarantineReason;
  readonly consultationId?: string;
  readonly eventId?: string;
  /** In quarantine since before this time, Unix milliseconds. */
  readonly beforeMs?: number;
  /** In quarantine since after this time, Unix milliseconds. */
  readonly afterMs?: number;
}

/** Which letters, from where, and how many. */
export interface Selection {
  /** By id; otherwise all in `state`. */
  readonly letterIds?: readonly LetterId[];
  readonly state: LetterState;
  readonly filter: LetterFilter;
  /** The last id of a former page. */
  readonly after?: LetterId;
  /** 1 to `limits.pageLetters`. */
  readonly limit: number;
}

/** Whether the caller may know of a letter. */
export type MaySee = (letter: Pick<Letter, 'consultationId'>) => boolean;

export const matches = ({ head, quarantinedAt }: QuarantinedLetter, filter: LetterFilter): boolean => {
  const sinceMs = Date.parse(quarantinedAt);
  return (
    (filter.reason === undefined || head.reason === filter.reason) &&
    (filter.consultationId === undefined || head.consultationId === filter.consultationId) &&
    (filter.eventId === undefined || head.eventId === filter.eventId) &&
    (filter.beforeMs === undefined || sinceMs < filter.beforeMs) &&
    (filter.afterMs === undefined || sinceMs > filter.afterMs)
  );
};
