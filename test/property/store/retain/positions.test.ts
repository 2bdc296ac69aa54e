import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PositionSet } from '../../../../shared/store/retain/position-set.ts';
import { decodePositions, encodePositions } from '../../../../shared/store/retain/positions-file.ts';

/** Dense and sparse ones, near the edges of windows, and far into a log. */
const anyPosition = fc.oneof(
  fc.nat(300),
  fc.integer({ min: 65_500, max: 65_600 }),
  fc.nat(10_000_000),
  fc.integer({ min: 2 ** 40, max: 2 ** 40 + 100_000 }),
);
const anyPositions = fc.uniqueArray(anyPosition, { minLength: 1, maxLength: 200 });

const setOf = (positions: readonly number[]): PositionSet => {
  const set = new PositionSet();
  for (const position of positions) set.add(position);
  return set;
};

it('a list of positions reads as it was written', () => {
  fc.assert(
    fc.property(anyPositions, fc.array(anyPosition), (positions, others) => {
      const read = decodePositions('list', encodePositions(setOf(positions)));
      const sorted = positions.toSorted((left, right) => left - right);
      expect([read.size, read.ends()]).toEqual([positions.length, { first: sorted[0], last: sorted.at(-1) }]);
      for (const position of positions) expect(read.has(position)).toBe(true);
      for (const other of others) expect(read.has(other)).toBe(positions.includes(other));
      expect(encodePositions(read)).toEqual(encodePositions(setOf(positions.toReversed())));
    }),
  );
});

it('whatever is no such list is refused, whichever byte is flipped or cut off', () => {
  const bytes = encodePositions(setOf([1, 2, 70_000]));
  const isSame = (changed: Uint8Array): boolean => {
    try {
      return Buffer.compare(encodePositions(decodePositions('list', changed)), bytes) === 0;
    } catch (error) {
      expect(error).toMatchObject({ tag: 'LogDamaged', path: 'list' });
      return false;
    }
  };
  expect(isSame(bytes)).toBe(true);
  for (let length = 0; length < bytes.length; length++) expect(isSame(bytes.subarray(0, length))).toBe(false);
  expect(isSame(encodePositions(new PositionSet()))).toBe(false);
});
