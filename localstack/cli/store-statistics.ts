import path from 'node:path';
import { PartDamaged } from '../../shared/domain/errors.ts';
import type { CommittedPart } from '../../shared/store/commits/format.ts';
import { isGone, nodeStoreFiles } from '../../shared/store/files.ts';
import type { NarrowColumns } from '../../shared/store/part/layout.ts';
import { withPart } from '../../shared/store/part/read.ts';
import { openSealedPart } from '../../shared/store/part/sealed/open.ts';
import { liveParts } from './live-parts.ts';

/** Events and the bytes of their payloads as sent; what a part takes on disk can't be divided among its segments. */
export interface Share {
  events: number;
  payload_bytes: number;
}

export interface StoreStatistics {
  parts: number;
  events: number;
  /** On disk. */
  bytes: number;
  payload_bytes: number;
  /** Undefined without events. */
  bytes_per_event: number | undefined;
  readonly segments: Record<string, Share>;
  /** By the day of `received_at` in UTC. */
  readonly days: Record<string, Share>;
  /** Parts that can't be read, with the reason. */
  readonly damaged: string[];
}

const add = (shares: Map<string, Share>, name: string, payloadBytes: number, events = 1): void => {
  const share = shares.get(name) ?? { events: 0, payload_bytes: 0 };
  share.events += events;
  share.payload_bytes += payloadBytes;
  shares.set(name, share);
};

const millisecondsOfDay = 86_400_000n;
const dayOf = (receivedAtMs: bigint): string =>
  new Date(Number((receivedAtMs / millisecondsOfDay) * millisecondsOfDay)).toISOString().slice(0, 10);

const sorted = (shares: Map<string, Share>): Record<string, Share> =>
  Object.fromEntries([...shares].sort(([left], [right]) => (left < right ? -1 : 1)));

/**
 * Reads every part of a store, but no payloads.
 * @param progress is called after each part.
 */
export const storeStatistics = async (
  storeDir: string,
  progress: (done: number, of: number) => void,
): Promise<StoreStatistics> => {
  const segments = new Map<string, Share>();
  const days = new Map<string, Share>();
  const damaged: string[] = [];
  let [parts, events, bytes, payloadBytes] = [0, 0, 0, 0];

  const count = (columns: NarrowColumns): void => {
    for (let row = 0; row < columns.count; row++) {
      const length = Number((columns.payloadOffset[row + 1] ?? 0n) - (columns.payloadOffset[row] ?? 0n));
      add(segments, columns.segmentNames[columns.segment[row] ?? -1] ?? '', length);
      add(days, dayOf(columns.receivedAt[row] ?? 0n), length);
      payloadBytes += length;
    }
    events += columns.count;
  };

  const countLevel0 = async (part: string): Promise<void> => {
    const content = await nodeStoreFiles.read(path.join(storeDir, part));
    count(await withPart(part, content, ({ narrow }) => narrow()));
    bytes += content.length;
  };

  /** A sealed part is of one segment and day, and says of itself what is counted. */
  const countSealed = async (part: CommittedPart): Promise<void> => {
    const file = await nodeStoreFiles.openRanges(path.join(storeDir, part.path));
    try {
      const { meta } = await openSealedPart(file, { path: part.path, basePosition: part.base_position });
      add(segments, meta.segment, meta.payloadBytes, meta.count);
      add(days, meta.day, meta.payloadBytes, meta.count);
      payloadBytes += meta.payloadBytes;
      events += meta.count;
      bytes += part.bytes;
    } finally {
      await file.close();
    }
  };

  const { sealed, unsealed } = await liveParts(storeDir);
  const counts = [...sealed.map((part) => () => countSealed(part)), ...unsealed.map((part) => () => countLevel0(part))];
  for (const [index, countPart] of counts.entries()) {
    try {
      await countPart();
      parts++;
    } catch (error) {
      if (error instanceof PartDamaged) damaged.push(error.message);
      // Sealed and removed meanwhile: no longer part of the store.
      else if (!isGone(error)) throw error;
    }
    progress(index + 1, counts.length);
  }
  return {
    parts,
    events,
    bytes,
    payload_bytes: payloadBytes,
    bytes_per_event: events === 0 ? undefined : Math.round((bytes / events) * 10) / 10,
    segments: sorted(segments),
    days: sorted(days),
    damaged,
  };
};
