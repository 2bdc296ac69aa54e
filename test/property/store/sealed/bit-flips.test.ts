import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { PartDamaged } from '../../../../shared/domain/errors.ts';
import type { StoredEvent } from '../../../../shared/domain/event.ts';
import { leafHash } from '../../../../shared/domain/leaf.ts';
import type { SealedPartMeta } from '../../../../shared/store/part/sealed/layout.ts';
import { writeSealedPart } from '../../../../shared/store/part/sealed/write.ts';
import type { Compression } from '../../../../shared/store/port.ts';
import { realisticEvents, trickyEvents } from '../../../interop/events.ts';
import { eventsInSealed, header, openBytes, rowNumbers, sealable } from '../../../unit/store/sealed/parts.ts';

interface Contents {
  readonly meta: SealedPartMeta;
  readonly events: readonly StoredEvent[];
  readonly consultations: readonly string[];
  /** By consultation, through the index. */
  readonly rows: readonly (readonly number[])[];
  /** By position, through the windows. */
  readonly inOrder: readonly { readonly row: number; readonly position: number }[];
}

const contentsOf = async (bytes: Uint8Array): Promise<Contents> => {
  const part = await openBytes(bytes);
  const consultations = await part.consultations();
  const rows: (readonly number[])[] = [];
  for (const id of consultations) rows.push(rowNumbers(await part.rowsOf(id)));
  const inOrder = await part.rowsFrom(0, part.meta.count);
  return { meta: part.meta, events: await eventsInSealed(bytes), consultations, rows, inOrder };
};

/** Undefined when the damage was found, as every damage must be that changes what is read. */
const contentsUnlessDamaged = async (bytes: Uint8Array): Promise<Contents | undefined> => {
  try {
    return await contentsOf(bytes);
  } catch (error) {
    if (error instanceof PartDamaged) return undefined;
    throw error;
  }
};

describe.each<Compression>(['none', 'gzip-1', 'gzip-9'])('a sealed part with compression %s', (compression) => {
  let bytes: Uint8Array;
  let contents: Contents;
  beforeAll(async () => {
    const events = [...realisticEvents(40), ...trickyEvents().filter(({ payload }) => payload.length < 1_000)];
    const positioned = events.map(sealable).map((event, row) => ({
      event: { ...event, leaf: leafHash(event) },
      positionOffset: row * 3_000,
    }));
    bytes = (await writeSealedPart(positioned, header, compression)).bytes;
    contents = await contentsOf(bytes);
  });

  it('is never read as something else, whichever bits flip', async () => {
    const bit = fc.record({ at: fc.nat(), bit: fc.nat({ max: 7 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(bit, { minLength: 1, maxLength: 4 }), async (flips) => {
        const damaged = Uint8Array.from(bytes);
        for (const { at, bit } of flips) damaged[at % bytes.length] = (damaged[at % bytes.length] ?? 0) ^ (1 << bit);
        const read = await contentsUnlessDamaged(damaged);
        if (read !== undefined) expect(read).toEqual(contents);
      }),
      { numRuns: 300 },
    );
  });

  it('is damaged by almost any change of one byte, and by no change read as something else', async () => {
    let unnoticed = 0;
    for (let at = 0; at < bytes.length; at += 13) {
      const damaged = Uint8Array.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ 0x10;
      const read = await contentsUnlessDamaged(damaged);
      if (read === undefined) continue;
      // A deflate stream ends with some bits that mean nothing, and can say the same in two ways.
      expect(read).toEqual(contents);
      unnoticed++;
    }
    expect(unnoticed).toBeLessThan(bytes.length / 13 / 100);
  });

  it('is never read as something else, whatever a stretch of it is overwritten with, cut to or followed by', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.uint8Array({ minLength: 1, maxLength: 600 }),
        fc.constantFrom('over', 'cut', 'append'),
        async (at, stretch, how) => {
          const from = at % bytes.length;
          let damaged = Uint8Array.from(bytes);
          if (how === 'cut') damaged = damaged.slice(0, from);
          if (how === 'append') damaged = Uint8Array.from([...bytes, ...stretch]);
          if (how === 'over') damaged.set(stretch.subarray(0, bytes.length - from), from);
          const read = await contentsUnlessDamaged(damaged);
          if (how !== 'over') expect(read).toBeUndefined();
          else if (read !== undefined) expect(read).toEqual(contents);
        },
      ),
      { numRuns: 100 },
    );
  });
});
