import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { PartDamaged } from '../../../shared/domain/errors.ts';
import type { StoredEvent } from '../../../shared/domain/event.ts';
import { toColumns } from '../../../shared/store/part/columns.ts';
import { withPart } from '../../../shared/store/part/read.ts';
import { writePart } from '../../../shared/store/part/write.ts';
import type { Compression } from '../../../shared/store/port.ts';
import { realisticEvents, trickyEvents } from '../../interop/events.ts';
import { eventsIn, headerOf } from '../../unit/store/parts.ts';

const attributeNames = [
  'format',
  'format_version',
  'level',
  'part_id',
  'count',
  'received_at_min',
  'received_at_max',
  'event_id_min',
  'event_id_max',
  'merkle_root',
];

interface Contents {
  readonly events: readonly StoredEvent[];
  readonly attributes: readonly (string | bigint)[];
}

const contentsOf = async (bytes: Uint8Array): Promise<Contents> => ({
  events: await eventsIn(bytes),
  attributes: await withPart('part.h5', bytes, ({ attribute }) => attributeNames.map((name) => attribute(name))),
});

/** Undefined when the damage was found. Any other error than PartDamaged is one too many. */
const contentsUnlessDamaged = async (bytes: Uint8Array): Promise<Contents | undefined> => {
  try {
    return await contentsOf(bytes);
  } catch (error) {
    if (error instanceof PartDamaged || error instanceof RangeError) return undefined;
    throw error;
  }
};

describe.each<Compression>(['none', 'gzip-1', 'gzip-6'])('a part with compression %s', (compression) => {
  let bytes: Uint8Array;
  let contents: Contents;
  beforeAll(async () => {
    const columns = toColumns([
      ...realisticEvents(40),
      ...trickyEvents().filter(({ payload }) => payload.length < 1_000),
    ]);
    bytes = await writePart(columns, headerOf(columns), compression);
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
      { numRuns: 80 },
    );
  });

  it('is never read as something else, whatever a stretch of it is overwritten with or cut to', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.uint8Array({ minLength: 1, maxLength: 600 }),
        fc.boolean(),
        async (at, stretch, cut) => {
          const from = at % bytes.length;
          const damaged = cut ? bytes.slice(0, from) : Uint8Array.from(bytes);
          if (!cut) damaged.set(stretch.subarray(0, bytes.length - from), from);
          const read = await contentsUnlessDamaged(damaged);
          if (read !== undefined) expect(read).toEqual(contents);
        },
      ),
      { numRuns: 40 },
    );
  });
});
