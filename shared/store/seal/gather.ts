import path from 'node:path';
import { PartDamaged } from '../../domain/errors.ts';
import { type FileReading, isGone } from '../files.ts';
import { readRows } from './read-rows.ts';
import type { SealRow } from './row.ts';

/** What one commit takes at most, so that its memory is bounded. */
export interface BatchLimits {
  readonly events: number;
  /** Bytes of payload. */
  readonly bytes: number;
}

/** Level-0 parts that were read, with all of their events. */
export interface Gathered {
  /** Paths of the parts; whoever commits their events names them as removed. */
  readonly parts: readonly string[];
  readonly rows: readonly SealRow[];
}

/** A part that can't be sealed. It stays where it is, and its events can be read as far as that goes. */
export type OnDamage = (part: string, error: PartDamaged) => void;

const payloadLength = (rows: readonly SealRow[]): number =>
  rows.reduce((sum, { event }) => sum + event.payload.length, 0);

/** The rows of a part; undefined when it can't be sealed, or when it went away: a listing may be older than its removal. */
const tryReadRows = async (
  files: FileReading,
  store: string,
  part: string,
  onDamage: OnDamage,
): Promise<readonly SealRow[] | undefined> => {
  try {
    return await readRows(part, await files.read(path.join(store, part)));
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
): Promise<Gathered> => {
  const parts: string[] = [];
  const rows: SealRow[] = [];
  let bytes = 0;
  for (const part of waiting) {
    if (rows.length >= limits.events || bytes >= limits.bytes) break;
    const found = await tryReadRows(files, store, part, onDamage);
    if (found === undefined) continue;
    parts.push(part);
    for (const row of found) rows.push(row);
    bytes += payloadLength(found);
  }
  return { parts, rows };
};
