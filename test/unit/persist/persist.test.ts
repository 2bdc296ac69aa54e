import { describe, expect, it } from 'vitest';
import { letterIdOf } from '../../../shared/domain/letter.ts';
import { limits } from '../../../shared/domain/limits.ts';
import { decodePack } from '../../../shared/queue/packs/decode.ts';
import { encodeEvent, packOf } from '../../../shared/queue/packs/encode.ts';
import { eventsAppended, eventsFailed, persistLatency } from '../../../shared/telemetry/metrics.ts';
import { createRig, event, outage, pack, unwritable } from './rig.ts';

const letterOf = (body: string | undefined): Record<string, unknown> => JSON.parse(body ?? 'null');
const has = (number: number) => (events: readonly { payload: string }[]) =>
  events.some(({ payload }) => payload === `{"number":${number}}`);

describe('PERSIST', () => {
  it('writes all packs of a batch as one part', async () => {
    const { persist, parts, calls } = createRig();
    const report = await persist([pack([event(1), event(2)]), pack([event(3)])]);
    expect(report).toEqual({ failedMessageIds: [], stored: 3, quarantined: 0 });
    expect(parts.map(({ numbers }) => numbers)).toEqual([['1', '2', '3']]);
    expect(calls).toEqual([]);
  });

  it('stores what a batch repeats once, the earliest', async () => {
    const { persist, parts, letters } = createRig();
    const later = event(1, { receivedAt: '2026-11-23T10:11:13.000Z' });
    await persist([pack([later]), pack([event(1), event(1)])]);
    expect(parts).toMatchObject([{ numbers: ['1'], events: [{ receivedAt: '2026-11-23T10:11:12.345Z' }] }]);
    expect(letters).toEqual([]);
  });

  it('keeps every message whose event waits in another message that could not be stored', async () => {
    const { persist } = createRig({ onWrite: outage });
    const batch = [pack([event(1)]), pack([event(1)])];
    expect((await persist(batch)).failedMessageIds).toEqual(batch.map(({ messageId }) => messageId));
  });

  it('takes the same event id in another consultation for another event', async () => {
    const { persist, parts } = createRig();
    await persist([pack([event(1), event(1, { consultationId: 'other' as never })])]);
    expect(parts[0]?.numbers).toEqual(['1', '1']);
  });

  it('quarantines the later of two events with one id and other content, whatever order they came in', async () => {
    const later = event(1, { receivedAt: '2026-11-23T10:11:13.000Z', payload: '{"number": 1}' });
    for (const events of [
      [event(1), later],
      [later, event(1)],
    ]) {
      const { persist, parts, letters } = createRig();
      const report = await persist([pack(events), pack([event(2)])]);
      expect(report).toEqual({ failedMessageIds: [], stored: 2, quarantined: 1 });
      expect(parts[0]?.events.map(({ payload }) => payload)).toEqual(['{"number":1}', '{"number":2}']);
      const content = { reason: 'conflict', attempt: 1, form: 'record', record: encodeEvent(later) } as const;
      expect(letterOf(letters[0]?.body)).toEqual({
        ...content,
        letter_id: letterIdOf(content),
        detail: 'the id was used before for an event with other content',
        consultation_id: 'consultation-7',
        event_id: later.eventId,
      });
      expect(letters[0]?.attributes).toEqual({ reason: 'conflict' });
    }
  });

  it('quarantines an event that is not the one that was hashed, and stores its neighbours', async () => {
    const { persist, parts, letters } = createRig();
    const altered = pack([event(1), event(2), event(3)]);
    await persist([{ ...altered, body: altered.body.replace('{"number":2}', '{"number":9}') }]);
    expect(parts[0]?.numbers).toEqual(['1', '3']);
    expect(letterOf(letters[0]?.body)).toMatchObject({ reason: 'hash_mismatch', event_id: event(2).eventId });
  });

  it.each([
    ['not a pack', 'undecodable_pack'],
    ['FI9\nwhatever', 'unknown_pack_version'],
    ['FI1\n#{"c":1}\n{}\n', 'undecodable_event'],
  ])('quarantines the message %j as %s with all of its text', async (body, reason) => {
    const { persist, parts, letters } = createRig();
    const bad = { messageId: 'bad', body, receiveCount: 1 };
    expect((await persist([bad, pack([event(1)])])).failedMessageIds).toEqual([]);
    expect(parts[0]?.numbers).toEqual(['1']);
    expect(letterOf(letters[0]?.body)).toMatchObject({ reason, record: body.replace(/^FI1\n/, '') });
  });

  it('sends equal letters when a message is delivered again', async () => {
    const { persist, letters } = createRig();
    const bad = { messageId: 'bad', body: 'FI1\n#{"c":1}\n{}\n', receiveCount: 1 };
    await persist([bad]);
    await persist([{ ...bad, messageId: 'again', receiveCount: 7 }]);
    expect(letters[1]).toEqual(letters[0]);
  });

  it('sends another letter when a retried event fails again, and tells its attempt', async () => {
    const { persist, letters } = createRig();
    const bad = { messageId: 'bad', body: 'FI1\n#{"c":1}\n{}\n', receiveCount: 1 };
    await persist([bad, { ...bad, messageId: 'retried', attempt: 2 }]);
    const [first, second] = letters.map(({ body }) => letterOf(body));
    expect([first?.attempt, second?.attempt]).toEqual([1, 2]);
    expect(second?.letter_id).not.toBe(first?.letter_id);
    expect(second?.record).toBe(first?.record);
  });

  it('lets a message come back whose bad event the dead-letter queue did not take', async () => {
    for (const fate of ['failed', 'throw'] as const) {
      const { persist } = createRig({ onLetter: () => fate });
      const bad = { messageId: 'bad', body: 'nonsense', receiveCount: 1 };
      expect((await persist([pack([event(1)]), bad])).failedMessageIds).toEqual(['bad']);
    }
  });

  it('lets everything come back while the store is down, and sends nothing of it to the dead-letter queue', async () => {
    const { persist, calls } = createRig({ onWrite: outage });
    const mixed = pack([event(1), event(2)]);
    const batch = [
      { ...mixed, body: mixed.body.replace('{"number":2}', '{"number":9}') },
      pack([event(3), event(3, { payload: '{}' })]),
      pack([event(4)], 900),
    ];
    const report = await persist(batch);
    expect(report.failedMessageIds).toEqual(batch.map(({ messageId }) => messageId));
    expect(calls).toEqual([]);
  });

  it('quarantines an event for its id only once the other event with that id is stored', async () => {
    const later = event(1, { receivedAt: '2026-11-23T10:11:13.000Z', payload: '{"number": 1}' });
    const batch = [pack([event(1)]), pack([later]), pack([later])];
    const away = createRig({ onWrite: outage });
    const report = await away.persist(batch);
    expect(report.failedMessageIds).toEqual(batch.map(({ messageId }) => messageId));
    expect(away.calls).toEqual([]);
    const back = createRig();
    expect(await back.persist(batch)).toMatchObject({ failedMessageIds: [], stored: 1 });
    expect(back.letters).not.toEqual([]);
  });

  it('tries no further part once the store is down', async () => {
    let writes = 0;
    const { persist } = createRig({
      onWrite: () => {
        writes++;
        return outage();
      },
    });
    const batch = [pack([event(1)]), pack([event(2)], 5), pack([event(3)], 6)];
    expect((await persist(batch)).failedMessageIds).toHaveLength(3);
    expect(writes).toBe(1);
  });

  it('writes a pack alone from its fifth receive on', async () => {
    const { persist, parts } = createRig();
    await persist([pack([event(1)], 4), pack([event(2), event(3)], 5), pack([event(4)], 1), pack([event(5)], 50)]);
    expect(parts.map(({ numbers }) => numbers)).toEqual([['1', '4'], ['2', '3'], ['5']]);
  });

  it('keeps an unexpected failure of one suspect from its neighbours', async () => {
    const { persist, parts, letters } = createRig({
      onWrite: (events) => (has(2)(events) ? new Error('a bug') : undefined),
    });
    const suspect = pack([event(2)], 5);
    expect((await persist([pack([event(1)]), suspect, pack([event(3)], 5)])).failedMessageIds).toEqual([
      suspect.messageId,
    ]);
    expect(parts.map(({ numbers }) => numbers)).toEqual([['1'], ['3']]);
    expect(letters).toEqual([]);
  });

  it('finds the one event that cannot be written by halving, and stores the rest at once', async () => {
    const { persist, parts, letters } = createRig({
      onWrite: (events) => (has(37)(events) ? unwritable() : undefined),
    });
    const events = Array.from({ length: 100 }, (_, number) => event(number));
    const report = await persist([pack(events.slice(0, 50)), pack(events.slice(50))]);
    expect(report).toEqual({ failedMessageIds: [], stored: 99, quarantined: 1 });
    expect(parts.length).toBeLessThan(10);
    expect(letterOf(letters[0]?.body)).toMatchObject({ reason: 'unwritable_event', event_id: event(37).eventId });
  });

  it('cuts a record that fits no message into fragments that together are the record', async () => {
    const { persist, letters, calls } = createRig({ onWrite: unwritable });
    const large = event(1, { payload: `{"quotes":${JSON.stringify('"'.repeat(400_000))}}` });
    await persist([pack([large])]);
    const fragments = letters.map(({ body }) => letterOf(body));
    expect(fragments.length).toBeGreaterThan(1);
    expect(fragments.map(({ fragment }) => fragment)).toEqual(fragments.map((_, index) => index + 1));
    expect(new Set(fragments.map((each) => each.fragments))).toEqual(new Set([fragments.length]));
    for (const { body } of letters) expect(Buffer.byteLength(body)).toBeLessThanOrEqual(limits.messageBytes);
    expect(calls.reduce((sum, count) => sum + count)).toBe(fragments.length);
    expect(new Set(fragments.map(({ letter_id }) => letter_id)).size).toBe(1);
    expect(decodePack(packOf([fragments.map(({ record }) => record).join('')])).events[0]?.payload).toBe(large.payload);
  });

  it('compresses a part as most of its payload asks for', async () => {
    const policy = (segment: string) => (segment === 'images' ? ('none' as const) : undefined);
    const { persist, parts } = createRig({ compressionOf: policy });
    const image = event(1, { segment: 'images', payload: `{"image":"${'A'.repeat(1_000)}"}` });
    await persist([pack([image, event(2), event(3)])]);
    await persist([pack([event(4), event(5, { segment: 'images' }), event(6)])]);
    expect(parts.map(({ compression }) => compression)).toEqual(['none', 'gzip-1']);
  });

  it('counts what was appended and what failed, and times each part by its size', async () => {
    eventsAppended.reset();
    eventsFailed.reset();
    persistLatency.reset();
    const { persist } = createRig();
    await persist([pack(Array.from({ length: 11 }, (_, number) => event(number))), { ...pack([]), body: 'nonsense' }]);
    expect((await eventsAppended.get()).values[0]?.value).toBe(11);
    expect((await eventsFailed.get()).values).toMatchObject([{ labels: { error_type: 'undecodable_pack' }, value: 1 }]);
    const counts = (await persistLatency.get()).values.filter(
      ({ metricName }) => metricName === 'fi_persist_latency_ms_count',
    );
    expect(counts).toMatchObject([{ labels: { dataset_size: '11-100' }, value: 1 }]);
  });
});
