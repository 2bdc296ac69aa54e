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

const tryHash = (part: string, columns: PartColumns, onDamage: OnDamage): WaitingPart | undefined => {
  try {
    return hashWaiting(part, columns);
  } catch (error) {
    if (!(error instanceof PartDamaged)) throw error;
    onDamage(part, error);
    return undefined;
  }
};

/** Undefined when it went away: a listing may be older than its removal. */
const tryRead = async (files: FileReading, file: string): Promise<Uint8Array | undefined> => {
  try {
    return await files.read(file);
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
};

/**
 * Parts with their columns, in their order. The one behind the one that is in use is read and inflated meanwhile, which the
 * other threads do.
 */
async function* readAhead(
  files: FileReading,
  store: string,
  waiting: readonly string[],
  onDamage: OnDamage,
): AsyncGenerator<{ readonly path: string; readonly columns: PartColumns }> {
  const read = async (part: string): Promise<PartColumns | undefined> => {
    const bytes = await tryRead(files, path.join(store, part));
    return bytes && (await readPart(part, bytes));
  };
  let coming: Promise<PartColumns | undefined> | undefined;
  try {
    for (const [index, part] of waiting.entries()) {
      const own = coming ?? read(part);
      const next = waiting[index + 1];
      coming = next === undefined ? undefined : read(next);
      // Whoever comes to it gets the error.
      coming?.catch(() => {});
      try {
        const columns = await own;
        if (columns) yield { path: part, columns };
      } catch (error) {
        if (!(error instanceof PartDamaged)) throw error;
        onDamage(part, error);
      }
    }
  } finally {
    await coming?.catch(() => {});
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
  let [events, bytes] = [0, 0];
  for await (const { path: part, columns } of readAhead(files, store, waiting, onDamage)) {
    const found = tryHash(part, columns, onDamage);
    if (found === undefined) continue;
    parts.push(found);
    events += found.rows.count;
    bytes += found.rows.payload.length;
    if (events >= limits.events || bytes >= limits.bytes) break;
  }
  return parts;
};
