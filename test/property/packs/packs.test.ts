import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Poison } from '../../../shared/domain/errors.ts';
import type { AcceptedEvent } from '../../../shared/domain/event.ts';
import { leafHash } from '../../../shared/domain/leaf.ts';
import { decodePack } from '../../../shared/queue/packs/decode.ts';
import { encodeEvent, packHeader, packOf } from '../../../shared/queue/packs/encode.ts';
import { acceptedEvent } from './events.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
const allowedBySqs = /^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]*$/u;

const plain = (event: AcceptedEvent) => ({ ...event, leaf: Buffer.from(event.leaf).toString('hex') });

const pack = fc.array(acceptedEvent, { minLength: 1, maxLength: 6 });

describe('packs', () => {
  it('give back the events that were put in, in order', () => {
    fc.assert(
      fc.property(pack, (events) => {
        const decoded = decodePack(packOf(events.map(encodeEvent)));
        expect(decoded.events.map(plain)).toEqual(events.map(plain));
        expect(decoded.poison).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('have only characters that SQS takes', () => {
    fc.assert(
      fc.property(acceptedEvent, (event) => {
        expect(encodeEvent(event)).toMatch(allowedBySqs);
      }),
      { numRuns: 1_000 },
    );
  });

  it('round-trip whatever text stands for a payload, also what INGEST would refuse, but for control characters, which JSON never has', () => {
    fc.assert(
      fc.property(
        acceptedEvent,
        fc.string({
          unit: fc.oneof(
            fc.constantFrom('\t', '\n', '\r'),
            fc.integer({ min: 0x20, max: 0xffff }).map((code) => String.fromCharCode(code)),
          ),
        }),
        (event, payload) => {
          const record = encodeEvent({ ...event, payload: `{${payload.replaceAll('\n#', '')}}` });
          expect(record).toMatch(allowedBySqs);
          expect(decodePack(packOf([record])).events[0]?.payload).toBe(`{${payload.replaceAll('\n#', '')}}`);
        },
      ),
    );
  });

  it('lose one record to damage, never a neighbour, and never yield an event that passes for another', () => {
    const damage = fc.record({
      where: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      removed: fc.nat(20),
      inserted: fc.oneof(fc.constantFrom('', '\n', '#', '\n#', '"', '\\', '\n#{}\n'), fc.string({ maxLength: 5 })),
    });
    fc.assert(
      fc.property(pack, damage, (events, { where, removed, inserted }) => {
        const records = events.map(encodeEvent);
        const hit = Math.floor(where * records.length);
        const record = records[hit] ?? '';
        const at = Math.floor((where * records.length - hit) * (record.length - 1));
        const damaged = record.slice(0, at) + inserted + record.slice(Math.min(at + removed, record.length - 1));
        const decoded = decodePack(packOf(records.with(hit, at === 0 ? record : damaged)));
        const sound = decoded.events.filter((event) => Buffer.compare(leafHash(event), event.leaf) === 0);
        const known = new Set(records);
        for (const event of sound) {
          // The index in the request is the one member that no hash covers; an altered digit of it is only an order.
          const same = events.find((other) => other.eventId === event.eventId);
          expect(known.has(encodeEvent({ ...event, requestIndex: same?.requestIndex ?? -1 }))).toBe(true);
        }
        const survivors = new Set(decoded.events.map((event) => event.eventId));
        for (const [index, event] of events.entries()) if (index !== hit) expect(survivors).toContain(event.eventId);
        if (!survivors.has(events[hit]?.eventId ?? ('' as never))) expect(decoded.poison.length).toBeGreaterThan(0);
      }),
      { numRuns: 1_000 },
    );
  });

  it('cut off anywhere give their whole records and call the rest poison', () => {
    fc.assert(
      fc.property(pack, fc.double({ min: 0, max: 1, noNaN: true }), (events, share) => {
        const records = events.map(encodeEvent);
        const body = packOf(records);
        const length = packHeader.length + 1 + Math.floor(share * (body.length - packHeader.length - 1));
        const decoded = decodePack(body.slice(0, length));
        let whole = 0;
        for (let end = packHeader.length; whole < records.length; whole++) {
          // The last newline only separates: an event is whole without it.
          end += records[whole]?.length ?? 0;
          if (end - 1 > length) break;
        }
        expect(decoded.events.map(plain)).toEqual(events.slice(0, whole).map(plain));
        const rest = length - packOf(records.slice(0, whole)).length;
        expect(decoded.poison).toHaveLength(rest > 0 ? 1 : 0);
      }),
      { numRuns: 500 },
    );
  });

  it('are Poison as a whole when the text is no pack', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        fc.pre(!text.startsWith(packHeader));
        expect(() => decodePack(text)).toThrow(Poison);
      }),
    );
  });
});
