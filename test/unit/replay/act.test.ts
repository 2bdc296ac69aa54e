import { describe, expect, it } from 'vitest';
import { EventExpired, PartDamaged, StoreUnavailable } from '../../../shared/domain/errors.ts';
import { limits } from '../../../shared/domain/limits.ts';
import { keyPrincipal } from '../../../shared/http/auth/principal.ts';
import { letterMessages } from '../../../shared/queue/letters/encode.ts';
import { encodeEvent, packOf } from '../../../shared/queue/packs/encode.ts';
import { type LogFields, silentLogger } from '../../../shared/telemetry/log.ts';
import { event } from '../persist/rig.ts';
import { letterOf, messageLetter } from '../quarantine/letters.ts';
import { createReplayRig, nowMs } from './rig.ts';

const operator = keyPrincipal('0123456789abcdef', ['*'], ['replay']);
const at = new Date(nowMs).toISOString();

describe('retry', () => {
  it('sends a record as a pack of its own with its next attempt, and settles the letter', async () => {
    const rig = createReplayRig({ principal: operator });
    const letter = letterOf(event(1));
    await rig.put([letter]);
    const { outcomes } = await rig.retry({ letters: [letter.letterId], note: 'the writer is mended' });
    expect(outcomes).toEqual([
      expect.objectContaining({
        letter_id: letter.letterId,
        outcome: 'retried',
        settlement: { action: 'retried', note: 'the writer is mended', by: operator.id, at },
      }),
    ]);
    expect(rig.sent).toEqual([{ body: packOf([encodeEvent(event(1))]), attributes: { attempt: '2' } }]);
    rig.disk.losePower();
    expect(await rig.quarantine.settlementOf(letter.letterId)).toMatchObject({ action: 'retried' });
  });

  it('sends a whole message as it was', async () => {
    const rig = createReplayRig();
    await rig.put([messageLetter('FI9\nlater', 'unknown_pack_version', 4)]);
    await rig.retry({ all: true });
    expect(rig.sent).toEqual([{ body: 'FI9\nlater', attributes: { attempt: '5' } }]);
  });

  it('joins the pieces of a large record, and refuses while one is missing', async () => {
    const rig = createReplayRig();
    const large = letterOf(event(1, { payload: `{"quotes":${JSON.stringify('"'.repeat(400_000))}}` }));
    const [first = { body: '' }, ...others] = letterMessages(large);
    await rig.deliver(others);
    const refused = await rig.retry({ all: true });
    expect(refused.outcomes).toMatchObject([{ outcome: 'refused', detail: expect.stringContaining('pieces 1 are') }]);
    expect(rig.sent).toEqual([]);
    await rig.deliver([first]);
    expect((await rig.retry({ all: true })).outcomes).toMatchObject([{ outcome: 'retried' }]);
    expect(rig.sent.map(({ body }) => body)).toEqual([packOf([large.record])]);
  });

  it('does not send what is stored, and settles the letter as that', async () => {
    const rig = createReplayRig();
    await rig.put([letterOf(event(1))]);
    rig.stored.push(event(1, { receivedAt: '2026-11-23T09:00:00.000Z', segment: 'another' }));
    expect((await rig.retry({ all: true })).outcomes).toMatchObject([
      { outcome: 'already_stored', settlement: { action: 'already_stored', by: 'anonymous' } },
    ]);
    expect(rig.sent).toEqual([]);
    expect((await rig.list()).letters).toEqual([]);
  });

  it('refuses where another event with the id is stored, and leaves the letter open', async () => {
    const rig = createReplayRig();
    await rig.put([letterOf(event(1))]);
    rig.stored.push(event(1, { payload: '{"number": 1}' }));
    const { outcomes } = await rig.retry({ all: true });
    expect(outcomes).toMatchObject([{ outcome: 'refused', detail: expect.stringContaining('another event') }]);
    expect(outcomes[0]).not.toHaveProperty('settlement');
    expect(rig.sent).toEqual([]);
    expect((await rig.list()).letters).toHaveLength(1);
  });

  it('refuses where the event with the id was dropped, which is never stored again', async () => {
    const by = { segment: 'audio', retentionDays: 30, expiredAt: '2026-11-25T00:00:00.000Z' };
    const byId = async (): Promise<never> => {
      throw new EventExpired(event(1).eventId, by);
    };
    const rig = createReplayRig({ byId });
    await rig.put([letterOf(event(1))]);
    expect((await rig.retry({ all: true })).outcomes).toMatchObject([
      { outcome: 'refused', detail: expect.stringContaining('its retention was over') },
    ]);
    expect(rig.sent).toEqual([]);
  });

  it('refuses where a damaged part hides whether the event is stored', async () => {
    const byId = async (): Promise<never> => {
      throw new PartDamaged('level0/part.h5', 'cut off');
    };
    const rig = createReplayRig({ byId });
    await rig.put([letterOf(event(1)), letterOf(event(2))]);
    expect((await rig.retry({ all: true })).outcomes).toMatchObject([
      { outcome: 'refused', detail: expect.stringContaining('level0/part.h5') },
      { outcome: 'refused' },
    ]);
    expect(rig.sent).toEqual([]);
  });

  it('refuses a message that leaves no room for its attempt', async () => {
    const rig = createReplayRig();
    await rig.put([messageLetter('x'.repeat(limits.messageBytes - 20))]);
    expect((await rig.retry({ all: true })).outcomes).toMatchObject([
      { outcome: 'refused', detail: expect.stringContaining('brim') },
    ]);
    expect(rig.sent).toEqual([]);
  });

  it.each(['failed', 'lost'] as const)('leaves a letter open that the queue did not confirm (%s)', async (fate) => {
    const rig = createReplayRig({ fateOf: () => fate });
    await rig.put([letterOf(event(1))]);
    expect((await rig.retry({ all: true })).outcomes).toMatchObject([
      { outcome: 'refused', detail: expect.stringContaining('InternalError') },
    ]);
    expect((await rig.list()).letters).toHaveLength(1);
  });

  it('answers 503 while the queue is down, and tells what it did when it went down on the way', async () => {
    let calls = 0;
    const rig = createReplayRig({ fateOf: () => (++calls > 2 ? 'throw' : 'sent') });
    await rig.put([1, 2, 3, 4].map((number) => letterOf(event(number))));
    const { outcomes, next } = await rig.retry({ all: true });
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['retried', 'retried']);
    expect((await rig.call('POST', '/quarantine/retry', { all: true, after: next })).status).toBe(503);
    expect((await rig.list()).letters).toHaveLength(2);
  });

  it('of a letter whose settlement could not be written sends it again, and settles it then', async () => {
    const rig = createReplayRig();
    const letter = letterOf(event(1));
    await rig.put([letter]);
    const listed = rig.disk.calls.length;
    await rig.retry({ all: true, dry_run: true });
    // From here on a retry does what a dry run does, and then publishes: the first call of that fails.
    rig.disk.fault = {
      call: rig.disk.calls.length + (rig.disk.calls.length - listed),
      kind: 'error-before',
      code: 'EIO',
    };
    expect((await rig.call('POST', '/quarantine/retry', { all: true })).status).toBe(503);
    expect(rig.sent).toHaveLength(1);
    expect((await rig.retry({ all: true })).outcomes).toMatchObject([{ outcome: 'retried' }]);
    expect(rig.sent).toHaveLength(2);
    expect(rig.sent[1]).toEqual(rig.sent[0]);
  });
});

describe('discard', () => {
  it('keeps the reason, sends nothing, and ends the letter', async () => {
    const rig = createReplayRig({ principal: operator });
    const letter = letterOf(event(1));
    await rig.put([letter]);
    const settlement = { action: 'discarded', note: 'typed twice', by: operator.id, at };
    expect((await rig.discard({ letters: [letter.letterId], note: 'typed twice' })).outcomes).toMatchObject([
      { outcome: 'discarded', settlement },
    ]);
    expect(rig.sent).toEqual([]);
    expect((await rig.call('GET', `/quarantine/${letter.letterId}`)).body).toMatchObject({
      state: 'settled',
      settlement,
      record: letter.record,
    });
    const again = await rig.retry({ letters: [letter.letterId] });
    expect(again.outcomes).toMatchObject([{ outcome: 'settled_before', settlement }]);
    expect(rig.sent).toEqual([]);
  });
});

describe('a dry run', () => {
  it('says of each letter what would become of it, and changes nothing', async () => {
    const rig = createReplayRig();
    await rig.put([1, 2, 3].map((number) => letterOf(event(number))));
    rig.stored.push(event(2), event(3, { payload: '{}' }));
    const before = rig.disk.filesBelow('/store');
    const retried = await rig.retry({ all: true, dry_run: true });
    expect(retried.dry_run).toBe(true);
    const kinds = Object.fromEntries(retried.outcomes.map(({ letter_id, outcome }) => [letter_id, outcome]));
    expect(kinds).toEqual({
      [letterOf(event(1)).letterId]: 'retried',
      [letterOf(event(2)).letterId]: 'already_stored',
      [letterOf(event(3)).letterId]: 'refused',
    });
    const discarded = await rig.discard({ all: true, dry_run: true, note: 'why not' });
    expect(discarded.outcomes.map(({ outcome }) => outcome)).toEqual(['discarded', 'discarded', 'discarded']);
    for (const outcome of [...retried.outcomes, ...discarded.outcomes])
      expect(outcome).not.toHaveProperty('settlement');
    expect(rig.sent).toEqual([]);
    expect(rig.disk.filesBelow('/store')).toEqual(before);
  });
});

describe('two operators at once', () => {
  it('settle a letter once, and the slower one sees by whom', async () => {
    const rig = createReplayRig();
    const letter = letterOf(event(1));
    await rig.put([letter]);
    const [first, second] = await Promise.all([
      rig.discard({ all: true, note: 'by the first' }),
      rig.discard({ all: true, note: 'by the second' }),
    ]);
    const [one, other] = [first.outcomes[0], second.outcomes[0]];
    expect([one?.outcome, other?.outcome].sort()).toEqual(['discarded', 'settled_before']);
    expect(one?.settlement).toEqual(other?.settlement);
    expect(await rig.quarantine.settlementOf(letter.letterId)).toEqual(one?.settlement);
  });

  it('of a retry and a discard, the retry tells that it was sent when the discard was faster', async () => {
    const letter = letterOf(event(1));
    const rig = createReplayRig({
      byId: async () => {
        await rig.discard({ letters: [letter.letterId], note: 'faster' });
        return undefined;
      },
    });
    await rig.put([letter]);
    expect((await rig.retry({ all: true })).outcomes).toMatchObject([
      { outcome: 'settled_before', detail: expect.stringContaining('sent'), settlement: { note: 'faster' } },
    ]);
    expect(rig.sent).toHaveLength(1);
  });
});

describe('the log', () => {
  it('has a line for each letter that was settled, by whom, and none of its text', async () => {
    const lines: [string, LogFields | undefined][] = [];
    const logger = {
      ...silentLogger,
      info: (message: string, fields?: LogFields) => void lines.push([message, fields]),
    };
    const rig = createReplayRig({ logger, principal: operator });
    const letter = letterOf(event(1));
    await rig.put([letter]);
    await rig.discard({ all: true, note: 'a private reason' });
    expect(lines).toEqual([
      [
        'a letter was settled',
        expect.objectContaining({ letter_id: letter.letterId, action: 'discarded', principal: operator.id }),
      ],
      ['replay', { route: 'POST /quarantine/discard', status: 200, principal: operator.id }],
    ]);
    expect(JSON.stringify(lines)).not.toContain('private');
  });
});

describe('an outage of the store', () => {
  it('is a 503 that changes nothing', async () => {
    const byId = async (): Promise<never> => {
      throw new StoreUnavailable('unmounted');
    };
    const rig = createReplayRig({ byId });
    await rig.put([letterOf(event(1))]);
    expect((await rig.call('POST', '/quarantine/retry', { all: true })).status).toBe(503);
    expect(rig.sent).toEqual([]);
  });
});
