import { describe, expect, it } from 'vitest';
import type { AcceptedEvent } from '../../../../shared/domain/event.ts';
import { toColumns } from '../../../../shared/store/part/columns.ts';
import { SealBatch } from '../../../../shared/store/seal/batch.ts';
import { dropRepeats } from '../../../../shared/store/seal/drop-repeats.ts';
import { hashWaiting } from '../../../../shared/store/seal/waiting-part.ts';
import { eventOf } from '../events.ts';

const early = '2026-11-25T10:00:00.000Z';
const late = '2026-11-25T10:00:00.001Z';

interface Row {
  readonly event: AcceptedEvent;
  readonly part: string;
}

const rowOf = (differing: Partial<AcceptedEvent> = {}, part = 'level0/0/b.h5', number = 1): Row => ({
  event: eventOf(number, { receivedAt: early, requestIndex: 1, ...differing }),
  part,
});

const other = { payload: '{"other":1}' };

/** What is left of rows that are read in this order, each from a part of its own, by their places among them. */
const drop = (...rows: readonly Row[]) => {
  const batch = new SealBatch(rows.map(({ event, part }) => hashWaiting(part, toColumns([event]))));
  const { events, repeats, disputed } = dropRepeats(batch, Uint32Array.from(rows.keys()));
  for (const { event, heldBy } of disputed) {
    expect(Buffer.compare(heldBy, batch.contentOf(event))).not.toBe(0);
    expect([...events].some((kept) => Buffer.compare(heldBy, batch.contentOf(kept)) === 0)).toBe(true);
  }
  return { kept: [...events], repeats, disputed: disputed.map(({ event }) => event) };
};

describe('of rows with one id', () => {
  it.each<[string, Row, Row]>([
    ['which was received first', rowOf(other), rowOf({ receivedAt: late, requestIndex: 0 }, 'level0/0/a.h5')],
    ['which came first in its request', rowOf({ requestIndex: 0, ...other }), rowOf({}, 'level0/0/a.h5')],
    ['whose part is the earlier one', rowOf(other, 'level0/0/a.h5'), rowOf()],
  ])(
    'that differ in content the one is kept %s, whichever is read first; the other is disputed',
    (_, first, second) => {
      expect(drop(first, second)).toEqual({ kept: [0], repeats: 0, disputed: [1] });
      expect(drop(second, first)).toEqual({ kept: [1], repeats: 0, disputed: [0] });
    },
  );

  it('that say the same one is kept, and the others are repeats', () => {
    expect(drop(rowOf({ receivedAt: late }), rowOf(), rowOf({}, 'level0/0/c.h5'))).toEqual({
      kept: [1],
      repeats: 2,
      disputed: [],
    });
  });

  it('a repeat of the one that is kept is not disputed, and one of the other is', () => {
    expect(drop(rowOf(), rowOf({ receivedAt: late, ...other }), rowOf({ receivedAt: late }))).toEqual({
      kept: [0],
      repeats: 1,
      disputed: [1],
    });
  });
});

it('rows with several ids are all kept, in the order in which their ids came', () => {
  expect(drop(rowOf({}, undefined, 2), rowOf({}, undefined, 1), rowOf({}, undefined, 3))).toEqual({
    kept: [0, 1, 2],
    repeats: 0,
    disputed: [],
  });
});

it('of no rows nothing is left', () => {
  expect(drop()).toEqual({ kept: [], repeats: 0, disputed: [] });
});
