/** What is wrong with a file, or with an event in it. */
export type FindingKind =
  /** Bytes are not those that were written. */
  | 'changed'
  /** A file, or an event, is not there. */
  | 'missing'
  /** An event is there more than once. */
  | 'repeated'
  /** Something is there that the store does not put there. */
  | 'added';

/** One thing that is wrong. */
export interface Finding {
  readonly kind: FindingKind;
  /** Relative to the store's folder, with `/`; a file outside it has its whole path. */
  readonly file: string;
  /** The first position that it concerns, where it concerns events of the log. */
  readonly position?: number;
  /** The last one, where it concerns several. */
  readonly lastPosition?: number;
  readonly reason: string;
}

/** Something that the store's rules allow, and that somebody who looks after it may want to know. */
export interface Note {
  readonly file: string;
  readonly reason: string;
}

/** How far a verification is. */
export interface Progress {
  /** What is being looked at. */
  readonly stage: 'commits' | 'events' | 'known ids' | 'level 0' | 'other files' | 'keys';
  readonly done: number;
  /** Undefined while it is not known. */
  readonly of: number | undefined;
}

/** Where a verification tells what it finds, as it finds it: a store that was wiped has more findings than fit in memory. */
export interface Witness {
  found(finding: Finding): void;
  noted(note: Note): void;
  progress(progress: Progress): void;
}

/** Why reading failed, for a finding. */
export const reasonOf = (error: unknown): string =>
  error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
