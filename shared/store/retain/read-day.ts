import { PartDamaged } from '../../domain/errors.ts';
import type { CommittedPart } from '../commits/format.ts';
import type { RangeReading } from '../files.ts';
import { openSealedPart, type SealedPart } from '../part/sealed/open.ts';
import { openPartFile } from '../part/sealed/open-file.ts';
import type { DueDay } from './due.ts';
import type { LeafTiles } from './leaf-tiles.ts';
import { PositionSet } from './position-set.ts';

/**
 * Adds the positions of a part, each once its event was hashed from its bytes: what an altered part makes up must not be signed as
 * dropped, and the hash that stays must be the event's.
 */
const addPositions = async (sealed: SealedPart, tiles: LeafTiles, positions: PositionSet): Promise<void> => {
  for await (const { block, from, to, payloads } of sealed.scan()) {
    const text = Buffer.from(payloads.buffer, payloads.byteOffset, payloads.byteLength);
    for (let row = from; row < to; row++) {
      const start = block.payloadFrom(row) - block.payloadFrom(from);
      const payload = text.toString('utf8', start, start + block.payloadBytes(row));
      await tiles.require(block.position(row), block.event(row, payload).leaf);
      positions.add(block.position(row));
    }
  }
};

/** Lets `use` read each of some parts, one after another. */
const eachPart = async (
  files: RangeReading,
  store: string,
  parts: readonly CommittedPart[],
  use: (sealed: SealedPart) => Promise<void>,
): Promise<void> => {
  for (const part of parts) {
    const file = await openPartFile(files, store, part.path);
    try {
      await use(await openSealedPart(file, { path: part.path, basePosition: part.base_position }));
    } finally {
      await file.close();
    }
  }
};

/**
 * The first of some consultations that a day has an event of.
 * @throws PartDamaged naming a part that is missing or can't be read, or the system's error.
 */
export const heldConsultation = async (
  files: RangeReading,
  store: string,
  { parts }: DueDay,
  held: ReadonlySet<string>,
): Promise<string | undefined> => {
  let found: string | undefined;
  if (held.size === 0) return undefined;
  await eachPart(files, store, parts, async (sealed) => {
    found ??= (await sealed.consultations()).find((name) => held.has(name));
  });
  return found;
};

/**
 * The positions of a day, whose events are those that the log has.
 * @param tiles the hashes that stay when the day goes.
 * @throws PartDamaged naming a part that is missing, can't be read, or shares a position with another.
 * @throws LogDamaged naming a tile without the hash of an event, StoreUnavailable, or the system's error.
 */
export const positionsOfDay = async (
  files: RangeReading,
  store: string,
  { parts }: DueDay,
  tiles: LeafTiles,
): Promise<PositionSet> => {
  const positions = new PositionSet();
  await eachPart(files, store, parts, (sealed) => addPositions(sealed, tiles, positions));
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  if (positions.size === count) return positions;
  const reason = `the parts of its day hold ${count} events at ${positions.size} positions`;
  throw new PartDamaged(parts[0]?.path ?? '', reason);
};
