import path from 'node:path';
import { PartDamaged } from '../../domain/errors.ts';
import { type FileReading, isGone } from '../files.ts';
import { readWaiting, type WaitingPart } from './read-waiting.ts';

/** What one commit takes at most, so that its memory is bounded. */
export interface BatchLimits {
  readonly events: number;
  /** Bytes of payload. */
  readonly bytes: number;
}

/** A part that can't be sealed. It stays where it is, and its events can be read as far as that goes. */
export type OnDamage = (part: string, error: PartDamaged) => void;

/** A part with its events; undefined when it can't be sealed, or when it went away: a listing may be older than its removal. */
const tryRead = async (
  files: FileReading,
  store: string,
  part: string,
  onDamage: OnDamage,
): Promise<WaitingPart | undefined> => {
  try {
    return await readWaiting(part, await files.read(path.join(store, part)));
  } catch (error) {
    if (isGone(error)) return undefined;
    if (!(error instanceof PartDamaged)) throw error;
    onDamage(part, error);
    return undefined;
  }
};

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
  let [events, bytes] = [0, 0];
  for (const path of waiting) {
    if (events >= limits.events || bytes >= limits.bytes) break;
    const part = await tryRead(files, store, path, onDamage);
    if (part === undefined) continue;
    parts.push(part);
    events += part.rows.count;
    bytes += part.rows.payload.length;
  }
  return parts;
};
