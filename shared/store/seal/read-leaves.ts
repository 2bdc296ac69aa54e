import path from 'node:path';
import { LogDamaged } from '../../domain/errors.ts';
import { commitPath } from '../commits/names.ts';
import type { StoreState } from '../commits/state.ts';
import type { RangeReading } from '../files.ts';
import { openSealedPart } from '../part/sealed/open.ts';

/**
 * The leaf hashes of positions `[from, to)`, computed anew from the events in the parts that hold them.
 * @throws PartDamaged, LogDamaged when no live part holds one of them, or the system's error.
 */
export const readLeaves = async (
  files: RangeReading,
  store: string,
  state: StoreState,
  from: number,
  to: number,
): Promise<Uint8Array> => {
  const leaves = new Uint8Array((to - from) * 32);
  let found = 0;
  for (const { path: part, base_position, first_position, last_position } of state.parts.values()) {
    if (last_position < from || first_position >= to) continue;
    const file = await files.openRanges(path.join(store, part));
    try {
      const sealed = await openSealedPart(file, { path: part, basePosition: base_position });
      for await (const { block, from: first, to: end, payloads } of sealed.scan()) {
        const text = Buffer.from(payloads.buffer, payloads.byteOffset, payloads.byteLength);
        for (let row = first; row < end; row++) {
          const position = block.position(row);
          if (position < from || position >= to) continue;
          const start = block.payloadFrom(row) - block.payloadFrom(first);
          const payload = text.toString('utf8', start, start + block.payloadBytes(row));
          leaves.set(block.event(row, payload).leaf, (position - from) * 32);
          found++;
        }
      }
    } finally {
      await file.close();
    }
  }
  if (found !== to - from) {
    throw new LogDamaged(commitPath(state.number), `of positions ${from} to ${to} its parts hold ${found} events`);
  }
  return leaves;
};
