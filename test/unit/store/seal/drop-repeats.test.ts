import { describe, expect, it } from 'vitest';
import type { AcceptedEvent } from '../../../../shared/domain/event.ts';
import { contentHash } from '../../../../shared/domain/leaf.ts';
import { dropRepeats } from '../../../../shared/store/seal/drop-repeats.ts';
import type { SealRow } from '../../../../shared/store/seal/row.ts';
import { eventOf } from '../events.ts';

const early = '2026-11-25T10:00:00.000Z';
const late = '2026-11-25T10:00:00.001Z';

const rowOf = (differing: Partial<AcceptedEvent> = {}, part = 'level0/0/b.h5', number = 1): SealRow => {
  const event = eventOf(number, { receivedAt: early, requestIndex: 1, ...differing });
  return { event, part, contentHash: contentHash(event) };
};

const other = { payload: '{"other":1}' };

describe('of rows with one id', () => {
  it.each<[string, SealRow, SealRow]>([
    ['which was received first', rowOf(other), rowOf({ receivedAt: late, requestIndex: 0 }, 'level0/0/a.h5')],
    ['which came first in its request', rowOf({ requestIndex: 0, ...other }), rowOf({}, 'level0/0/a.h5')],
    ['whose part is the earlier one', rowOf(other, 'level0/0/a.h5'), rowOf()],
  ])(
    'that differ in content the one is kept %s, whichever is read first; the other is a conflict',
    (_, first, second) => {
      for (const rows of [
        [first, second],
        [second, first],
      ]) {
        expect(dropRepeats(rows)).toEqual({ rows: [first], repeats: 0, conflicts: [second] });
      }
    },
  );

  it('that say the same one is kept, and the others are repeats', () => {
    const rows = [rowOf({ receivedAt: late }), rowOf(), rowOf({}, 'level0/0/c.h5')];
    expect(dropRepeats(rows)).toEqual({ rows: [rows[1]], repeats: 2, conflicts: [] });
  });

  it('a repeat of the one that is kept is no conflict, and one of the other is', () => {
    const rows = [rowOf(), rowOf({ receivedAt: late, ...other }), rowOf({ receivedAt: late })];
    expect(dropRepeats(rows)).toEqual({ rows: [rows[0]], repeats: 1, conflicts: [rows[1]] });
  });
});

it('rows with several ids are all kept, in the order in which their ids came', () => {
  const rows = [rowOf({}, undefined, 2), rowOf({}, undefined, 1), rowOf({}, undefined, 3)];
  expect(dropRepeats(rows)).toEqual({ rows, repeats: 0, conflicts: [] });
});

it('of no rows nothing is left', () => {
  expect(dropRepeats([])).toEqual({ rows: [], repeats: 0, conflicts: [] });
});
