import { describe, expect, it } from 'vitest';
import { PartDamaged } from '../../../../shared/domain/errors.ts';
import { hashLevel0 } from '../../../../shared/store/event-hashes/hash-level0.ts';
import { toColumns } from '../../../../shared/store/part/columns.ts';
import type { PartColumns } from '../../../../shared/store/part/layout.ts';
import { Level0Rows } from '../../../../shared/store/part/level0-rows.ts';
import { hashWaiting } from '../../../../shared/store/seal/waiting-part.ts';
import { eventsOf } from '../events.ts';

const part = 'level0/0/a.h5';

const changed = (changes: (columns: PartColumns) => Partial<PartColumns>): PartColumns => {
  const columns = toColumns(eventsOf(3));
  return { ...columns, ...changes(columns) };
};

/** With the leaf hashes that a writer of these bytes would have stored. */
const hashedAnew = (columns: PartColumns): PartColumns => ({
  ...columns,
  leaf: hashLevel0(new Level0Rows(columns)).leaves,
});

const refusal = (columns: PartColumns): unknown => {
  try {
    return hashWaiting(part, columns);
  } catch (error) {
    return error;
  }
};

describe('a level-0 part that waits to be sealed', () => {
  it('is taken when each event is the one that was hashed', () => {
    const { rows, hashed, path } = hashWaiting(part, toColumns(eventsOf(3)));
    expect(path).toBe(part);
    expect(Buffer.compare(hashed.leaves, rows.columns.leaf)).toBe(0);
    expect([0, 1, 2].map((row) => rows.event(row))).toEqual(eventsOf(3));
  });

  it.each<[string, PartColumns]>([
    ['row 1 is not the one', changed(({ leaf }) => ({ leaf: leaf.map((byte, at) => (at === 32 ? byte ^ 1 : byte)) }))],
    ['no name', changed(() => ({ eventTypeNames: [] }))],
    ['ends before it begins', changed(({ payloadOffset }) => ({ payloadOffset: payloadOffset.toReversed() }))],
    ['payloads end at', changed(({ payload }) => ({ payload: payload.subarray(1) }))],
    [
      'no UTF-8',
      hashedAnew(changed(({ payload }) => ({ payload: payload.map((byte, at) => (at === 3 ? 0xff : byte)) }))),
    ],
    [
      'begins within a character',
      hashedAnew(
        changed(({ payload, payloadOffset }) => {
          const border = Number(payloadOffset[1]);
          const character = Buffer.from('ñ');
          return { payload: payload.map((byte, at) => character[at - border + 1] ?? byte) };
        }),
      ),
    ],
    [
      'has no payload',
      hashedAnew(
        changed(({ payloadOffset }) => ({ payloadOffset: payloadOffset.map((at, row) => (row === 1 ? 0n : at)) })),
      ),
    ],
  ])('is damaged otherwise: %s', (reason, columns) => {
    const error = refusal(columns);
    expect(error).toBeInstanceOf(PartDamaged);
    expect(error).toMatchObject({ path: part, message: expect.stringContaining(reason) });
  });
});
