import { describe, expect, it } from 'vitest';
import { Poison } from '../../../shared/domain/errors.ts';
import type { AcceptedEvent } from '../../../shared/domain/event.ts';
import type { ConsultationId, EventId } from '../../../shared/domain/ids.ts';
import { leafHash } from '../../../shared/domain/leaf.ts';
import { decodePack } from '../../../shared/queue/packs/decode.ts';
import { encodeEvent, packHeader, packOf } from '../../../shared/queue/packs/encode.ts';

const event = (changes: Partial<AcceptedEvent> = {}): AcceptedEvent => {
  const unhashed = {
    consultationId: 'consultation-7' as ConsultationId,
    eventId: '0190a6e2-5f4c-7b3a-9c1d-2e3f4a5b6c7d' as EventId,
    eventType: 'NOTE_ADDED',
    userId: undefined,
    occurredAt: undefined,
    receivedAt: '2026-11-23T10:11:12.345Z',
    requestIndex: 0,
    payload: '{"text": 1.0}',
    segment: 'clinical',
    ...changes,
  };
  return { ...unhashed, leaf: leafHash(unhashed) };
};

const thrownBy = (action: () => unknown): unknown => {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
};

describe('encodeEvent', () => {
  it('writes version 1 as documented, which other versions read for as long as messages wait', () => {
    expect(
      packOf([encodeEvent(event({ userId: 'u', occurredAt: '2026-11-23T10:11:12Z' })), encodeEvent(event())]),
    ).toBe(
      'FI1\n' +
        '#{"c":"consultation-7","i":"0190a6e2-5f4c-7b3a-9c1d-2e3f4a5b6c7d","t":"NOTE_ADDED","u":"u","o":"2026-11-23T10:11:12Z","r":"2026-11-23T10:11:12.345Z","n":0,"s":"clinical","h":"2veDKAaobpH21ne5lD5BGn4NNgqFdak0AVO7wus09zM","l":13}\n' +
        '{"text": 1.0}\n' +
        '#{"c":"consultation-7","i":"0190a6e2-5f4c-7b3a-9c1d-2e3f4a5b6c7d","t":"NOTE_ADDED","r":"2026-11-23T10:11:12.345Z","n":0,"s":"clinical","h":"pPglNROpe_RCxMRG257_q-iC0pnlrHC7nSiWOIjwHxQ","l":13}\n' +
        '{"text": 1.0}\n',
    );
  });

  it('escapes the two characters that SQS refuses, in the payload and in the envelope', () => {
    const odd = event({ userId: 'a\uFFFEb', payload: '{"x":"\uFFFF"}' });
    const record = encodeEvent(odd);
    expect(record).toContain('"u":"a\\ufffeb"');
    expect(record).toContain(',"x":1}\n"{\\"x\\":\\"\\uffff\\"}"\n');
    expect(decodePack(packOf([record])).events).toEqual([{ ...odd, leaf: Buffer.from(odd.leaf) }]);
  });
});

describe('decodePack', () => {
  it('cannot be told by a payload to see a record that is not one', () => {
    const smuggled = encodeEvent(event({ consultationId: 'other' as ConsultationId }));
    const payload = JSON.stringify({ a: `\n${smuggled}` });
    const { events, poison } = decodePack(packOf([encodeEvent(event({ payload })).replace('"l":', '"l":1')]));
    expect(events).toEqual([]);
    expect(poison).toMatchObject([{ reason: 'undecodable_event' }]);
  });

  it('hands a damaged record back whole, so that it can be looked at and sent again', () => {
    const record = encodeEvent(event()).replace('"t":"NOTE_ADDED"', '"t":"note added"');
    const { events, poison } = decodePack(packOf([encodeEvent(event()), record, encodeEvent(event())]));
    expect(events).toHaveLength(2);
    expect(poison).toEqual([
      { reason: 'undecodable_event', detail: 'the event type is not one', form: 'record', record },
    ]);
  });

  it.each([
    ['c', '"c":".."'],
    ['c', '"c":7'],
    ['i', '"i":"0190A6E2-5F4C-7B3A-9C1D-2E3F4A5B6C7D"'],
    ['t', '"t":""'],
    ['u', '"u":"a\\u0000"'],
    ['o', '"o":"yesterday"'],
    ['r', '"r":null'],
    ['n', '"n":-1'],
    ['n', '"n":0.5'],
    ['s', '"s":""'],
    ['h', '"h":"AAAA"'],
    ['l', '"l":12'],
    ['x', '"x":2'],
    ['x', '"x":1'],
  ])('refuses a wrong member %s: %s', (name, member) => {
    const record = encodeEvent(event({ userId: 'u', occurredAt: '2026-11-23T10:11:12Z' }));
    const changed =
      name === 'x'
        ? record.replace('}\n', `,${member}}\n`)
        : record.replace(new RegExp(`"${name}":("[^"]*"|\\d+)`), member);
    expect(changed).not.toBe(record);
    expect(decodePack(packOf([changed]))).toMatchObject({
      events: [],
      poison: [{ reason: 'undecodable_event', record: changed }],
    });
  });

  it.each([
    ['', 'undecodable_pack'],
    ['FI1', 'undecodable_pack'],
    [packHeader, 'undecodable_pack'],
    ['{"event_type":"NOTE_ADDED"}', 'undecodable_pack'],
    ['FI2\n#{}\n{}\n', 'unknown_pack_version'],
  ])('throws Poison for %j: %s', (body, reason) => {
    const error = thrownBy(() => decodePack(body));
    expect(error).toBeInstanceOf(Poison);
    expect(error).toMatchObject({ reason });
  });
});
