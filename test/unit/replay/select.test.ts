import { describe, expect, it } from 'vitest';
import { keyPrincipal } from '../../../shared/http/auth/principal.ts';
import { event } from '../persist/rig.ts';
import { letterOf, messageLetter } from '../quarantine/letters.ts';
import { createReplayRig, nowMs, type Page } from './rig.ts';

const hour = 3_600_000;
const letters = {
  conflict: letterOf(event(1), 'conflict'),
  mismatch: letterOf(event(2), 'hash_mismatch'),
  other: letterOf(event(3, { consultationId: 'other' as never }), 'conflict'),
  message: messageLetter('nonsense'),
};
const idsOf = ({ letters: listed }: Page): string[] => listed.map(({ letter_id }) => letter_id);
const sorted = (...names: readonly (keyof typeof letters)[]): string[] =>
  names.map((name) => letters[name].letterId).sort();

/** Two letters of now, two that are older. */
const filled = async (options: Parameters<typeof createReplayRig>[0] = {}) => {
  const rig = createReplayRig(options);
  await rig.put([letters.conflict, letters.mismatch], nowMs - 36 * hour);
  await rig.put([letters.other, letters.message], nowMs - hour);
  return rig;
};

describe('GET /quarantine', () => {
  it.each([
    ['', ['conflict', 'mismatch', 'other', 'message']],
    ['?reason=conflict', ['conflict', 'other']],
    ['?consultation=consultation-7', ['conflict', 'mismatch']],
    [`?event_id=${event(3).eventId.toUpperCase()}`, ['other']],
    ['?older_than=2h', ['conflict', 'mismatch']],
    ['?newer_than=90m', ['other', 'message']],
    ['?older_than=30m&newer_than=7200s', ['other', 'message']],
    ['?older_than=2026-11-23T00:00:00Z', ['conflict', 'mismatch']],
    ['?newer_than=2d&reason=hash_mismatch', ['mismatch']],
    ['?reason=undeliverable', []],
  ] as const)('%s', async (query, names) => {
    expect(idsOf(await (await filled()).list(query))).toEqual(sorted(...names));
  });

  it('gives open letters unless others are asked for', async () => {
    const rig = await filled();
    await rig.discard({ letters: [letters.conflict.letterId], note: 'why' });
    expect(idsOf(await rig.list())).toEqual(sorted('mismatch', 'other', 'message'));
    expect(idsOf(await rig.list('?state=settled'))).toEqual(sorted('conflict'));
    expect(idsOf(await rig.list('?state=all'))).toEqual(sorted('conflict', 'mismatch', 'other', 'message'));
  });

  it('goes on behind a page, and says when there is no more', async () => {
    const rig = await filled();
    const found: string[] = [];
    let after = '';
    for (let page = 0; page < 4; page++) {
      const answer = await rig.list(`?limit=1${after}`);
      found.push(...idsOf(answer));
      after = `&after=${answer.next}`;
      expect(answer.next === null).toBe(page === 3);
    }
    expect(found).toEqual(sorted('conflict', 'mismatch', 'other', 'message'));
  });

  it('ends a page in time, and goes on where it stopped', async () => {
    const rig = await filled();
    const { read } = rig.quarantine;
    rig.quarantine.read = (letterId) => {
      rig.pass(20_000);
      return read(letterId);
    };
    const [first, second] = [await rig.list('?limit=1&reason=undeliverable'), await rig.list('?limit=1')];
    expect(first.letters).toEqual([]);
    expect(first.next).not.toBeNull();
    expect(second.next).not.toBeNull();
  });

  it('names what is damaged instead of failing', async () => {
    const rig = await filled();
    const { letterId } = letters.mismatch;
    rig.disk.put(`/store/quarantine/letters/${letterId[0]}/${letterId}.json`, Buffer.from('{"dam'));
    const page = await rig.list();
    expect(idsOf(page)).toEqual(sorted('conflict', 'other', 'message'));
    expect(page.unreadable).toEqual([letterId]);
    expect((await rig.retry({ letters: [letterId] })).outcomes).toMatchObject([{ outcome: 'refused' }]);
  });

  it('takes an empty store for one without letters, and one whose folder vanished for an outage', async () => {
    const rig = createReplayRig();
    expect(await rig.list()).toEqual({ letters: [], next: null });
    await rig.put(Object.values(letters));
    expect((await rig.list()).letters).toHaveLength(4);
    rig.disk.losePower(() => false);
    const { list } = rig.disk;
    rig.disk.list = () => Promise.reject(Object.assign(new Error('ENOENT'), { code: 'ENOENT' }));
    expect((await rig.call('GET', '/quarantine')).status).toBe(503);
    rig.disk.list = list;
  });

  it.each([
    ['?limit=0', 'limit'],
    ['?limit=101', 'limit'],
    ['?reason=dislike', 'reason'],
    ['?state=half', 'state'],
    ['?older_than=yesterday', 'older_than'],
    ['?newer_than=2026-11-23', 'newer_than'],
    ['?event_id=7', 'event_id'],
    ['?consultation=a%2Fb', 'consultation_id'],
    ['?after=x', 'after'],
    ['?color=red', 'color'],
    ['?limit=1&limit=2', 'limit'],
  ])('refuses %s by its name', async (query, field) => {
    const { status, body } = await createReplayRig().call('GET', `/quarantine${query}`);
    expect([status, body.field]).toEqual([400, field]);
  });
});

describe('GET /quarantine/{letter_id}', () => {
  it('has the record', async () => {
    const rig = await filled();
    const { status, body } = await rig.call('GET', `/quarantine/${letters.conflict.letterId}`);
    expect(status).toBe(200);
    expect(body).toEqual({
      letter_id: letters.conflict.letterId,
      reason: 'conflict',
      detail: 'for a test',
      attempt: 1,
      form: 'record',
      consultation_id: 'consultation-7',
      event_id: event(1).eventId,
      quarantined_at: new Date(nowMs - 36 * hour).toISOString(),
      complete: true,
      state: 'open',
      record: letters.conflict.record,
    });
  });

  it('is a 404 where there is none, and a 400 where the id is none', async () => {
    const rig = await filled();
    expect((await rig.call('GET', `/quarantine/${'0'.repeat(40)}`)).status).toBe(404);
    expect((await rig.call('GET', '/quarantine/7')).body.field).toBe('letter_id');
  });
});

describe('POST /quarantine/retry and /quarantine/discard', () => {
  it('take what a filter selects, as much as was asked for, and say where to go on', async () => {
    const rig = await filled();
    const first = await rig.discard({ all: true, limit: 3, note: 'why' });
    expect(first.outcomes).toHaveLength(3);
    const second = await rig.discard({ all: true, limit: 3, note: 'why', after: first.next });
    expect(second.outcomes).toHaveLength(1);
    expect(second.next).toBeNull();
    expect((await rig.list()).letters).toEqual([]);
  });

  it('go on behind letters that stay open', async () => {
    const rig = await filled();
    rig.stored.push(
      event(1, { payload: '{}' }),
      event(2, { payload: '{}' }),
      event(3, { payload: '{}', consultationId: 'other' as never }),
    );
    let next: string | null | undefined;
    const outcomes: string[] = [];
    do {
      const answer = await rig.retry({ all: true, limit: 1, ...(next ? { after: next } : {}) });
      outcomes.push(...answer.outcomes.map(({ outcome }) => outcome));
      next = answer.next;
    } while (next !== null);
    expect(outcomes.sort()).toEqual(['refused', 'refused', 'refused', 'retried']);
  });

  it('leave alone what a filter does not select, also by id', async () => {
    const rig = await filled();
    const { outcomes } = await rig.retry({ letters: sorted('conflict', 'mismatch'), reason: 'hash_mismatch' });
    expect(outcomes.map(({ letter_id }) => letter_id)).toEqual(sorted('mismatch'));
  });

  it('say which named letters there are not', async () => {
    const rig = await filled();
    const { outcomes } = await rig.retry({ letters: ['0'.repeat(40), letters.message.letterId] });
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['not_found', 'retried']);
  });

  it.each([
    [{}, 'letters'],
    [{ all: false }, 'letters'],
    [{ letters: [] }, 'letters'],
    [{ letters: ['7'] }, 'letters'],
    [{ letters: Array.from({ length: 101 }, () => '0'.repeat(40)) }, 'letters'],
    [{ all: true, limit: 0 }, 'limit'],
    [{ all: true, limit: '5' }, 'limit'],
    [{ reason: 'dislike' }, 'reason'],
    [{ event_id: 'x' }, 'event_id'],
    [{ consultation: '' }, 'consultation'],
    [{ older_than: 'soon' }, 'older_than'],
    [{ all: true, after: 'x' }, 'after'],
    [{ all: true, dry_run: 'yes' }, 'dry_run'],
    [{ all: true, note: ' ' }, 'note'],
    [{ all: true, note: 'x'.repeat(1_001) }, 'note'],
    [{ all: true, force: true }, 'force'],
    [[], 'body'],
    ['{', 'body'],
  ] as const)('refuse %j by its name', async (body, field) => {
    const { status, body: problem } = await createReplayRig().call('POST', '/quarantine/retry', body);
    expect([status, problem.field]).toEqual([400, field]);
  });

  it('need a reason to discard, and JSON', async () => {
    const rig = createReplayRig();
    expect((await rig.call('POST', '/quarantine/discard', { all: true })).body.field).toBe('note');
    expect((await rig.call('POST', '/quarantine/retry', { all: true }, 'text/plain')).status).toBe(415);
    expect((await rig.call('POST', '/quarantine/retry', { all: true }, 'application/x-ndjson')).status).toBe(415);
    expect((await rig.call('POST', '/quarantine/retry', `{"note":"${'x'.repeat(70_000)}"}`)).status).toBe(413);
  });
});

describe('an API key', () => {
  const ofOne = keyPrincipal('0000000000000001', ['consultation-7'], ['replay', 'read']);

  it('sees and settles the letters of its consultations alone', async () => {
    const rig = await filled({ principal: ofOne });
    expect(idsOf(await rig.list())).toEqual(sorted('conflict', 'mismatch'));
    expect((await rig.call('GET', `/quarantine/${letters.conflict.letterId}`)).status).toBe(200);
    expect((await rig.call('GET', `/quarantine/${letters.other.letterId}`)).status).toBe(404);
    expect((await rig.call('GET', `/quarantine/${letters.message.letterId}`)).status).toBe(404);
    expect((await rig.call('GET', '/quarantine?consultation=other')).status).toBe(403);
    const named = await rig.retry({ letters: sorted('other', 'message') });
    expect(named.outcomes.map(({ outcome }) => outcome)).toEqual(['not_found', 'not_found']);
    expect((await rig.discard({ all: true, note: 'why' })).outcomes.map(({ letter_id }) => letter_id)).toEqual(
      sorted('conflict', 'mismatch'),
    );
  });

  it('for every consultation sees those of none too', async () => {
    const rig = await filled({ principal: keyPrincipal('0000000000000002', ['*'], ['replay']) });
    expect(idsOf(await rig.list())).toEqual(sorted('conflict', 'mismatch', 'other', 'message'));
  });

  it('that may not replay is refused', async () => {
    const rig = await filled({ principal: keyPrincipal('0000000000000003', ['*'], ['append', 'read']) });
    for (const [method, target, body] of [
      ['GET', '/quarantine', undefined],
      ['GET', `/quarantine/${letters.conflict.letterId}`, undefined],
      ['POST', '/quarantine/retry', { all: true }],
      ['POST', '/quarantine/discard', { all: true, note: 'why' }],
    ] as const) {
      expect((await rig.call(method, target, body)).status).toBe(403);
    }
    expect(rig.sent).toEqual([]);
  });
});
