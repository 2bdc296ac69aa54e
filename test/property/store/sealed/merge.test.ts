import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StoredEvent } from '../../../../shared/domain/event.ts';
import type { PartId } from '../../../../shared/domain/ids.ts';
import { leafHash } from '../../../../shared/domain/leaf.ts';
import { windowPositions } from '../../../../shared/store/part/sealed/layout.ts';
import { mergeParts } from '../../../../shared/store/part/sealed/merge.ts';
import { type PositionedEvent, writeSealedPart } from '../../../../shared/store/part/sealed/write.ts';
import { eventsInSealed, header, openBytes, sealable, storedAt } from '../../../unit/store/sealed/parts.ts';
import { validEvent } from '../valid-event.ts';

const sealableEvent = validEvent.map((event) => {
  const changed = sealable(event);
  return { ...changed, leaf: new Uint8Array(leafHash(changed)) };
});

/** Positions around the borders of windows. */
const position = fc
  .tuple(fc.constantFrom(0, 1, 2, 70_000), fc.integer({ min: -6, max: 6 }))
  .map(([window, near]) => Math.max(0, window * windowPositions + near));

/** Events with their positions, and for each the input that it is in. */
const split = fc
  .uniqueArray(position, { minLength: 1, maxLength: 25 })
  .chain((positions) =>
    fc.tuple(
      ...positions.map((position) =>
        fc.record({ event: sealableEvent, position: fc.constant(position), input: fc.nat({ max: 4 }) }),
      ),
    ),
  );

interface Placed extends Omit<PositionedEvent, 'positionOffset'> {
  readonly position: number;
  readonly input: number;
}

/** An input, on a base that is its first position or somewhat before it. */
const inputOf = async (members: readonly Placed[], index: number, slack: number) => {
  const base = Math.max(0, Math.min(...members.map(({ position }) => position)) - slack);
  const events = members.map(({ event, position }) => ({ event, positionOffset: position - base }));
  const { bytes } = await writeSealedPart(events, header, 'gzip-1');
  return { bytes, base, path: `input-${index}.h5` };
};

const byPosition = (left: StoredEvent, right: StoredEvent): number => (left.position ?? 0) - (right.position ?? 0);

describe('merging', () => {
  it('gives the same rows, whatever parts they were in and how large parts may be', async () => {
    await fc.assert(
      fc.asyncProperty(split, fc.nat({ max: 9 }), fc.integer({ min: 1, max: 30 }), async (placed, slack, mostRows) => {
        // Offsets have 32 bits: what lies further apart is in two parts.
        const groups = [...Map.groupBy(placed, ({ input, position }) => `${input} ${position > 2 ** 32}`).values()];
        const inputs = await Promise.all(groups.map((members, index) => inputOf(members, index, slack)));
        const opened = await Promise.all(inputs.map(({ bytes, base }) => openBytes(bytes, base)));
        const found: StoredEvent[] = [];
        let number = 0;
        const newPartId = () => `0196e0a0-0000-7000-8000-${String(number++).padStart(12, '0')}` as PartId;
        for await (const part of mergeParts(opened, { level: 2, compression: 'gzip-6', newPartId, mostRows })) {
          const events = await eventsInSealed(part.bytes, part.basePosition);
          expect(part.meta.count).toBe(events.length);
          expect(part.meta.level).toBe(2);
          expect(part.basePosition % windowPositions).toBe(0);
          // Larger only where one window is.
          const windows = new Set(events.map(({ position = 0 }) => Math.floor(position / windowPositions)));
          expect(events.length <= mostRows || windows.size === 1).toBe(true);
          found.push(...events);
        }
        const expected = placed.map(({ event, position }) => storedAt({ event, positionOffset: position }));
        expect(found.sort(byPosition)).toEqual(expected.sort(byPosition));
      }),
      { numRuns: 100 },
    );
  });
});
