import path from 'node:path';
import { PartDamaged } from '../../domain/errors.ts';
import { type FileReading, isGone } from '../files.ts';
import type { PartColumns } from '../part/layout.ts';
import { readPart } from '../part/read.ts';
import { hashWaiting, type WaitingPart } from './waiting-part.ts';

/** What one commit takes at most, so that its memory is bounded. */
export interface BatchLimits {
  readonly events: number;
  /** Bytes of payload. */
  readonly bytes: number;
}

/** A part that can't be sealed. It stays where it is, and its events can be read as far as that goes. */
export type OnDamage = (part: string, error: PartDamaged) => void;

/** Undefined when the part is damaged, or when it went away: a listing may be older than its removal. */
const unlessDamaged = async <Result>(
  part: string,
  work: () => Promise<Result> | Result,
  onDamage: OnDamage,
): Promise<Result | undefined> => {
  try {
    return await work();
  } catch (error) {
    if (isGone(error)) return undefined;
    if (!(error instanceof PartDamaged)) throw error;
    onDamage(part, error);
    return undefined;
  }
};

/** Parts that are read one ahead: the other threads read and inflate while this one hashes. */
class Reading {
  readonly #read: (part: string) => Promise<PartColumns>;
  #ahead: { readonly part: string; readonly columns: Promise<PartColumns> } | undefined;

  constructor(files: FileReading, store: string) {
    this.#read = async (part) => readPart(part, await files.read(path.join(store, part)));
  }

  begin(part: string): void {
    const columns = this.#read(part);
    // Whoever takes it gets the error.
    columns.catch(() => {});
    this.#ahead = { part, columns };
  }

  take(part: string): Promise<PartColumns> {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    return ahead?.part === part ? ahead.columns : this.#read(part);
  }

  /** Waits for what was begun and is not wanted: a caller that failed leaves no read behind. */
  async end(): Promise<void> {
    await this.#ahead?.columns.catch(() => {});
  }
}

/**
 * Reads whole parts, in their order, until the limits are reached; one part is taken however large it is.
 * @throws Error the system's, when the store can't be read.
 */
export const gather = async (
  files: FileReading,
  store: string,
  waiting: readonly string[],
  limits: BatchLimits,
  onDamage: OnDamage,
): Promise<readonly WaitingPart[]> => {
  const parts: WaitingPart[] = [];
  const reading = new Reading(files, store);
  let [events, bytes] = [0, 0];
  try {
    for (const [index, part] of waiting.entries()) {
      if (events >= limits.events || bytes >= limits.bytes) break;
      const columns = await unlessDamaged(part, () => reading.take(part), onDamage);
      if (columns === undefined) continue;
      const next = waiting[index + 1];
      const isLast = events + columns.count >= limits.events || bytes + columns.payload.length >= limits.bytes;
      if (next !== undefined && !isLast) reading.begin(next);
      const hashed = await unlessDamaged(part, () => hashWaiting(part, columns), onDamage);
      if (hashed === undefined) continue;
      parts.push(hashed);
      events += columns.count;
      bytes += columns.payload.length;
    }
    return parts;
  } finally {
    await reading.end();
  }
};
