import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventId } from '../../../shared/domain/ids.ts';
import { FirstRows, type Row } from '../../../shared/store/read/rows.ts';

const rowOf = (id: number, eventType: string, part: string): Row => ({
  eventId: String(id).padStart(6, '0') as EventId,
  eventType,
  part,
  row: 0,
  payloadBytes: 2,
});

/** What FirstRows promises, said without any bound on memory. */
const naively = (rows: readonly Row[], most: number, isWanted: (row: Row) => boolean): readonly Row[] => {
  const first = new Map<string, Row>();
  for (const row of rows) if (!first.has(row.eventId)) first.set(row.eventId, row);
  return [...first.values()]
    .filter(isWanted)
    .sort((left, right) => (left.eventId < right.eventId ? -1 : 1))
    .slice(0, most);
};

describe('FirstRows', () => {
  it('gives what sorting everything would, whatever is offered in whatever order', () => {
    const rows = fc.array(
      fc.record({ id: fc.nat(60), eventType: fc.constantFrom('A', 'B'), part: fc.constantFrom('old', 'new') }),
      { maxLength: 200, size: 'max' },
    );
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 8 }), fc.constantFrom('A', undefined), (offered, most, type) => {
        const isWanted = (row: Row): boolean => type === undefined || row.eventType === type;
        const all = offered.map(({ id, eventType, part }) => rowOf(id, eventType, part));
        const first = new FirstRows(most, isWanted);
        for (const row of all) first.offer(row);
        expect(first.wanted()).toEqual(naively(all, most, isWanted));
      }),
      { numRuns: 500 },
    );
  });

  it('stays quick when hardly any row is wanted', () => {
    const first = new FirstRows(101, ({ eventType }) => eventType === 'RARE');
    let looks = 0;
    const counted = new FirstRows(101, (row) => {
      looks++;
      return row.eventType === 'RARE';
    });
    for (let id = 0; id < 20_000; id++) {
      first.offer(rowOf(id, 'COMMON', 'a'));
      counted.offer(rowOf(id, 'COMMON', 'a'));
    }
    expect(first.wanted()).toEqual([]);
    // Each row is looked at a few times in all, not once for every row that follows it.
    expect(looks).toBeLessThan(60_000);
  });
});
