import type { Compression } from '../../store/port.ts';
import type { PackedEvent } from './unpack.ts';

/** A segment's compression, or undefined where its policy names none. */
export type CompressionOf = (segment: string) => Compression | undefined;

/**
 * A level-0 part mixes segments but is compressed as one file: it gets what most of its payload's text asks for,
 * since sealed parts, which hold one segment each, are written anew with their own policy.
 */
export const compressionFor = (
  events: readonly PackedEvent[],
  compressionOf: CompressionOf,
  fallback: Compression,
): Compression => {
  const sizes = new Map<Compression, number>();
  for (const { event } of events) {
    const wanted = compressionOf(event.segment) ?? fallback;
    sizes.set(wanted, (sizes.get(wanted) ?? 0) + event.payload.length);
  }
  let chosen = fallback;
  let most = -1;
  for (const [compression, size] of sizes) {
    if (size > most) [chosen, most] = [compression, size];
  }
  return chosen;
};
