import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leafHash } from '../../../../shared/domain/leaf.ts';
import { writeSealedPart } from '../../../../shared/store/part/sealed/write.ts';
import type { Compression } from '../../../../shared/store/port.ts';
import { eventsInSealed, header, openBytes, rowNumbers, sealable, storedAt } from '../../../unit/store/sealed/parts.ts';
import { validEvent } from '../valid-event.ts';

const compression = fc.constantFrom<Compression>('none', 'gzip-1', 'gzip-6', 'gzip-9');

const sealableEvent = validEvent.map((event) => {
  const changed = sealable(event);
  return { ...changed, leaf: new Uint8Array(leafHash(changed)) };
});

/** Offsets close together and far apart: around the borders of windows, and up to the last one there is. */
const offset = fc.oneof(
  fc.nat({ max: 40 }),
  fc.integer({ min: 65_530, max: 65_545 }),
  fc.integer({ min: 0, max: 0xffff_ffff }),
);

const positionedEvents = fc
  .uniqueArray(offset, { minLength: 1, maxLength: 20 })
  .chain((offsets) =>
    fc.tuple(...offsets.map((positionOffset) => sealableEvent.map((event) => ({ event, positionOffset })))),
  );

const ascending = (left: { position: number | undefined }, right: { position: number | undefined }): number =>
  (left.position ?? 0) - (right.position ?? 0);

describe('a sealed part gives back what was put in', () => {
  it('for any events, in any order, at any compression and base', async () => {
    await fc.assert(
      fc.asyncProperty(positionedEvents, compression, fc.nat(), async (events, level, base) => {
        const { bytes, meta } = await writeSealedPart(events, header, level);
        const found = await eventsInSealed(bytes, base);
        expect(found.toSorted(ascending)).toEqual(events.map((event) => storedAt(event, base)).sort(ascending));
        expect((await openBytes(bytes)).meta).toEqual(meta);
      }),
      { numRuns: 150 },
    );
  });

  it('by consultation, and by position, each as a filter over everything would', async () => {
    await fc.assert(
      fc.asyncProperty(positionedEvents, fc.nat({ max: 70_000 }), async (events, from) => {
        const { bytes } = await writeSealedPart(events, header, 'gzip-1');
        const part = await openBytes(bytes);
        const all = await eventsInSealed(bytes);
        for (const id of new Set(all.map(({ consultationId }) => consultationId))) {
          const rows = rowNumbers(await part.rowsOf(id));
          const found = await part.events(rows);
          expect(found.map((event) => ({ ...event, leaf: new Uint8Array(event.leaf) }))).toEqual(
            all.filter(({ consultationId }) => consultationId === id),
          );
          expect(found.map(({ position }) => position)).toEqual(
            found.map(({ position }) => position).sort((a = 0, b = 0) => a - b),
          );
        }
        const positions = (await part.rowsFrom(from, 5)).map(({ position }) => position);
        const expected = all.map(({ position = 0 }) => position).filter((position) => position >= from);
        expect(positions).toEqual(expected.sort((left, right) => left - right).slice(0, 5));
      }),
      { numRuns: 60 },
    );
  });
});
