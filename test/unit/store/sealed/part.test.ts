import { describe, expect, it } from 'vitest';
import { PartDamaged } from '../../../../shared/domain/errors.ts';
import type { AcceptedEvent } from '../../../../shared/domain/event.ts';
import type { ConsultationId, EventId } from '../../../../shared/domain/ids.ts';
import { nodeStoreFiles, type RangeFile, rangeOf } from '../../../../shared/store/files.ts';
import { toColumns } from '../../../../shared/store/part/columns.ts';
import { openSealedPart } from '../../../../shared/store/part/sealed/open.ts';
import { compareUtf8 } from '../../../../shared/store/part/sealed/text-order.ts';
import { type PositionedEvent, writeSealedPart } from '../../../../shared/store/part/sealed/write.ts';
import { writePart } from '../../../../shared/store/part/write.ts';
import { eventIdOf, eventOf, eventsOf } from '../events.ts';
import { headerOf } from '../parts.ts';
import { eventsInSealed, header, openBytes, rowNumbers, storedAt } from './parts.ts';

const positioned = (events: readonly AcceptedEvent[]): readonly PositionedEvent[] =>
  events.map((event, positionOffset) => ({ event, positionOffset }));

const consultationOf = (number: number): ConsultationId => `c-${String(number).padStart(6, '0')}` as ConsultationId;

/** A file that counts what is read of it. */
const counted = (bytes: Uint8Array) => {
  const file = rangeOf(bytes);
  const reads: number[] = [];
  const range: RangeFile = {
    ...file,
    read: (from, length) => {
      reads.push(length);
      return file.read(from, length);
    },
  };
  return { range, reads };
};

/** A part of some megabytes: 20,000 events of 2,000 consultations, with ids and payloads that hardly deflate. */
const largePart = async () => {
  const noise = (): string => Array.from({ length: 8 }, () => crypto.randomUUID()).join('');
  const events = Array.from({ length: 20_000 }, (_, number) =>
    eventOf(number, {
      consultationId: consultationOf(number % 2_000),
      eventId: crypto.randomUUID() as EventId,
      payload: `{"n":"${noise()}"}`,
    }),
  );
  return { events, ...(await writeSealedPart(positioned(events), header, 'gzip-1')) };
};

describe('a sealed part', () => {
  it('of one event has it, with its position counted from the base', async () => {
    const event = { event: eventOf(7), positionOffset: 3 };
    const { bytes, meta } = await writeSealedPart([event], header, 'gzip-6');
    expect(await eventsInSealed(bytes, 1_000)).toEqual([storedAt(event, 1_000)]);
    expect(meta).toMatchObject({ count: 1, consultations: 1, positionOffsetMin: 3, positionOffsetMax: 3, ...header });
  });

  it('keeps times that need their text, also when the first of them comes after whole chunks without', async () => {
    const events = eventsOf(20_000).map((event, row) =>
      row === 17_000 ? eventOf(row, { occurredAt: '2016-12-31T23:59:60.5+05:30' }) : event,
    );
    const { bytes } = await writeSealedPart(positioned(events), header, 'gzip-1');
    const part = await openBytes(bytes);
    const found = await part.events([0, 16_999, 17_000, 19_999]);
    expect(found.map(({ occurredAt }) => occurredAt)).toEqual(
      [0, 16_999, 17_000, 19_999].map((row) => events[row]?.occurredAt),
    );
  });

  it('gives back a payload that is larger than several chunks, between small ones', async () => {
    const sizes = [10, 3_000_000, 10, 1_048_576, 1];
    const events = sizes.map((size, number) => eventOf(number, { payload: `{"n":"${String(number).repeat(size)}"}` }));
    const { bytes } = await writeSealedPart(positioned(events), header, 'gzip-1');
    const part = await openBytes(bytes);
    const payloads = (await part.events([0, 1, 2, 3, 4])).map(({ payload }) => payload);
    expect(payloads).toEqual(events.map(({ payload }) => payload));
    expect((await eventsInSealed(bytes)).map(({ payload }) => payload)).toEqual(payloads);
  });

  it('tells consultations apart whose ids sort differently in UTF-8 and UTF-16', async () => {
    // U+FF21 is before U+1F469 by its bytes, and behind it by its UTF-16 units.
    const ids = ['\u{1F469}', '\uFF21', 'a'] as ConsultationId[];
    const events = ids.map((consultationId, number) => eventOf(number, { consultationId }));
    const { bytes } = await writeSealedPart(positioned(events), header, 'gzip-1');
    const part = await openBytes(bytes);
    expect(await part.consultations()).toEqual(['a', '\uFF21', '\u{1F469}']);
    for (const [number, id] of ids.entries()) {
      const [found] = await part.events(rowNumbers(await part.rowsOf(id)));
      expect(found?.eventId).toBe(eventIdOf(number));
    }
    expect(ids.toSorted(compareUtf8)).toEqual(ids.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
  });

  it('has no rows of a consultation that is before, between, behind or longer than its own', async () => {
    const events = [2, 4, 6].map((number) => eventOf(number, { consultationId: consultationOf(number) }));
    const part = await openBytes((await writeSealedPart(positioned(events), header, 'gzip-1')).bytes);
    for (const id of ['', 'c-000001', 'c-000003', 'c-000007', 'c-0000040', 'z'.repeat(500)]) {
      expect(await part.rowsOf(id)).toEqual([]);
    }
  });
});

describe('writing a sealed part refuses', () => {
  it.each<[string, Partial<AcceptedEvent>]>([
    ['segment', { segment: 'clinical' }],
    ['was not received on', { receivedAt: '2026-11-24T00:00:00.000Z' }],
    ['received_at', { receivedAt: '2026-11-23T10:11:12Z' }],
    ['payload', { payload: '{"lone":"\ud800"}' }],
    ['consultation_id', { consultationId: 'a\0b' as ConsultationId }],
    ['event_type', { eventType: '' }],
    ['user_id', { userId: 'a\0' }],
    ['occurred_at_text', { occurredAt: `2026-11-23T10:11:12.${'0'.repeat(60)}Z` }],
  ])('what would not come back as it is: %s', async (member, changes) => {
    const event = { ...eventOf(1), ...changes };
    await expect(writeSealedPart([{ event, positionOffset: 0 }], header, 'gzip-1')).rejects.toThrow(member);
  });

  it.each([-1, 0.5, 2 ** 32])('the position offset %d', async (positionOffset) => {
    await expect(writeSealedPart([{ event: eventOf(1), positionOffset }], header, 'gzip-1')).rejects.toThrow(
      RangeError,
    );
  });

  it('two events with one position, and none at all', async () => {
    const twice = [eventOf(1), eventOf(2)].map((event) => ({ event, positionOffset: 9 }));
    await expect(writeSealedPart(twice, header, 'gzip-1')).rejects.toThrow('held by two rows');
    await expect(writeSealedPart([], header, 'gzip-1')).rejects.toThrow(RangeError);
  });
});

describe('reading a part of some megabytes', () => {
  it('costs what is asked for, not what is there', async () => {
    const { bytes, events } = await largePart();
    expect(bytes.length).toBeGreaterThan(2_000_000);
    const { range, reads } = counted(bytes);
    const part = await openSealedPart(range, { path: 'part.h5', basePosition: 50 });
    expect(reads).toEqual([64 * 1024]);

    reads.length = 0;
    const row = await part.rowAt(50 + 12_345);
    expect(await part.events([row ?? -1])).toMatchObject([{ eventId: events[12_345]?.eventId, position: 12_395 }]);
    expect(reads.length).toBeLessThan(12);
    expect(reads.reduce((sum, length) => sum + length, 0)).toBeLessThan(bytes.length / 3);

    reads.length = 0;
    const rows = rowNumbers(await part.rowsOf(consultationOf(77)));
    const found = await part.events(rows);
    expect(found.map(({ position }) => position)).toEqual(
      Array.from({ length: 10 }, (_, index) => 127 + index * 2_000),
    );
    expect(reads.length).toBeLessThan(12);
    expect(reads.reduce((sum, length) => sum + length, 0)).toBeLessThan(bytes.length / 3);
  });

  it('asks for what lies apart at once, not one after another', async () => {
    const { bytes } = await largePart();
    const file = rangeOf(bytes);
    let inFlight = 0;
    let most = 0;
    const range: RangeFile = {
      ...file,
      read: async (from, length) => {
        most = Math.max(most, ++inFlight);
        const found = await file.read(from, length);
        inFlight--;
        return found;
      },
    };
    const part = await openSealedPart(range, { path: 'part.h5', basePosition: 0 });
    expect(most).toBe(1);
    // The offsets lie in three chunks, between those of other columns; the last, short one is near enough to be read with the second.
    expect(await part.rowAt(19_999)).toBeGreaterThan(0);
    expect(most).toBe(2);
  });

  it('tells what is on a page without its payloads', async () => {
    const { bytes, events } = await largePart();
    const part = await openBytes(bytes, 5);
    const rows = rowNumbers(await part.rowsOf(consultationOf(3)));
    const expected = events.flatMap((event, offset) =>
      event.consultationId === consultationOf(3)
        ? [
            {
              position: 5 + offset,
              eventId: event.eventId,
              eventType: event.eventType,
              payloadBytes: Buffer.byteLength(event.payload),
            },
          ]
        : [],
    );
    expect(await part.summaries(rows)).toMatchObject(expected);
  });
});

describe('a file that is no whole sealed part', () => {
  const damages: readonly [string, (bytes: Uint8Array) => Uint8Array][] = [
    ['nothing', () => new Uint8Array()],
    ['text', () => Buffer.from('no part at all')],
    ['a part that is cut off', (bytes) => bytes.subarray(0, bytes.length - 1)],
    ['a part with something behind it', (bytes) => Uint8Array.from([...bytes, 0])],
  ];
  it.each(damages)('is named in the error: %s', async (_, damage) => {
    const { bytes } = await writeSealedPart(positioned(eventsOf(5)), header, 'gzip-1');
    const opened = openBytes(damage(bytes));
    await expect(opened).rejects.toThrow(PartDamaged);
    await expect(opened).rejects.toThrow('part.h5: not readable as a sealed part');
  });

  it('such as a level-0 part', async () => {
    const columns = toColumns(eventsOf(5));
    await expect(openBytes(await writePart(columns, headerOf(columns), 'gzip-1'))).rejects.toThrow(PartDamaged);
  });

  it('but one that is gone is gone, and not damaged', async () => {
    await expect(nodeStoreFiles.openRanges('/nowhere/part.h5')).rejects.toMatchObject({ code: 'ENOENT' });
    const stale = Object.assign(new Error('stale'), { code: 'ESTALE' });
    const { bytes } = await writeSealedPart(positioned(eventsOf(5)), header, 'gzip-1');
    const file: RangeFile = { ...rangeOf(bytes), read: () => Promise.reject(stale) };
    await expect(openSealedPart(file, { path: 'part.h5', basePosition: 0 })).rejects.toBe(stale);
  });
});
