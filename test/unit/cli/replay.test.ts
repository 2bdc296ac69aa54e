import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createDispatch } from '../../../localstack/host/dispatch.ts';
import { type Front, openFront } from '../../../localstack/host/front/front.ts';
import type { HttpHandler } from '../../../shared/http/chain.ts';
import { jsonAnswer } from '../../../shared/http/request.ts';
import { silentLogger } from '../../../shared/telemetry/log.ts';
import { event } from '../persist/rig.ts';
import { letterOf, messageLetter } from '../quarantine/letters.ts';
import { createReplayRig } from '../replay/rig.ts';
import { linesOf, type RunOptions, fi as run } from './fixtures/run.ts';

let rig = createReplayRig();
let front: Front | undefined;
let requests: { readonly headers: Readonly<Record<string, unknown>>; readonly body: unknown }[] = [];

const nothing: HttpHandler = async () => jsonAnswer(404, { detail: 'nothing here' });

beforeEach(async () => {
  rig = createReplayRig();
  requests = [];
  const replay: HttpHandler = (request, context) => {
    requests.push({ headers: request.headers, body: request.body ? JSON.parse(request.body) : undefined });
    return rig.handler(request, context);
  };
  const functions = {
    ingest: nothing,
    read: nothing,
    health: nothing,
    metrics: nothing,
    openapi: nothing,
    fallback: nothing,
  };
  front = await openFront({
    host: '127.0.0.1',
    port: 0,
    maxBodyBytes: 100_000,
    requestTimeoutMs: 10_000,
    dispatch: createDispatch({
      functions: { ...functions, replay },
      isDraining: () => false,
      failed: () => {},
      logger: silentLogger,
    }),
    failed: () => {},
  });
});
afterEach(() => front?.close());

const fi = (words: readonly string[], options: RunOptions = {}) =>
  run(['replay', ...words], { ...options, environment: { FI_API_URL: front?.url ?? '', ...options.environment } });

const letters = [1, 2, 3].map((number) => letterOf(event(number)));
const ids = letters.map(({ letterId }) => letterId).sort();

describe('fi replay list', () => {
  test('shows a table, or JSON by the line', async () => {
    expect((await fi(['list'])).out).toBe('No letter matches.\n');
    await rig.put(letters);
    const { status, out } = await fi(['list']);
    expect(status).toBe(0);
    const [head, ...rows] = out.trimEnd().split('\n');
    expect(head?.split(/ +/)).toEqual(['letter', 'reason', 'attempt', 'since', 'state', 'consultation', 'event']);
    expect(rows.map((row) => row.split(/ +/)[0])).toEqual(ids);
    const json = await fi(['list', '--json']);
    expect(linesOf(json.out).map(({ letter_id }) => letter_id)).toEqual(ids);
  });

  test('pages through to its limit, and says that there may be more', async () => {
    await rig.put(Array.from({ length: 130 }, (_, number) => letterOf(event(number))));
    expect(linesOf((await fi(['list', '--json', '--limit', '1000'])).out)).toHaveLength(130);
    const first = await fi(['list', '--json']);
    expect(linesOf(first.out)).toHaveLength(100);
    expect(first.err).toContain('--limit');
  });

  test('filters', async () => {
    await rig.put([...letters, messageLetter('nonsense')]);
    const found = await fi([
      'list',
      '--json',
      '-r',
      'conflict',
      '-c',
      'consultation-7',
      '-e',
      event(2).eventId,
      '--newer-than',
      '1h',
    ]);
    expect(linesOf(found.out)).toMatchObject([{ event_id: event(2).eventId }]);
    expect((await fi(['list', '--older-than', '1h'])).out).toBe('No letter matches.\n');
    await rig.discard({ all: true, note: 'why' });
    expect((await fi(['list', '--state', 'settled'])).out).toContain('discarded');
    const wrong = await fi(['list', '--reason', 'dislike']);
    expect([wrong.status, wrong.err]).toEqual([1, expect.stringContaining('reason: must be one of')]);
  });
});

describe('fi replay show', () => {
  test('shows the record', async () => {
    await rig.put(letters);
    const [letter] = letters;
    const { status, out } = await fi(['show', letter?.letterId ?? '']);
    expect(status).toBe(0);
    expect(out).toContain(letter?.record);
    expect(out).toMatch(/^reason +conflict$/m);
    const missing = await fi(['show', '0'.repeat(40)]);
    expect([missing.status, missing.err]).toEqual([1, expect.stringContaining('no such letter')]);
    expect((await fi(['show'])).status).toBe(2);
  });
});

describe('fi replay retry and discard', () => {
  test('need to be told which letters, and a discard why', async () => {
    expect(await fi(['retry'])).toMatchObject({ status: 2, err: expect.stringContaining('--all') });
    expect(await fi(['discard', '--all'])).toMatchObject({ status: 2, err: expect.stringContaining('--note') });
    expect((await fi(['retry', '--all', '--limit', '0'])).status).toBe(2);
    expect((await fi(['retry', '--all', '--rate', 'fast'])).status).toBe(2);
    expect(requests).toEqual([]);
  });

  test('work on the letters that are named, in as many calls as it takes', async () => {
    const many = Array.from({ length: 120 }, (_, number) => letterOf(event(number)));
    await rig.put(many);
    const { status, out, err } = await fi(['retry', ...many.map(({ letterId }) => letterId), '--json']);
    expect(status).toBe(0);
    expect(linesOf(out)).toHaveLength(120);
    expect(err).toBe('120 retried\n');
    expect(rig.sent).toHaveLength(120);
  });

  test('change nothing in a dry run', async () => {
    await rig.put(letters);
    const { status, out, err } = await fi(['discard', '--all', '--dry-run', '--note', 'why']);
    expect(status).toBe(0);
    expect(out.match(/discarded/g)).toHaveLength(3);
    expect(err).toBe('3 discarded (dry run: nothing was changed)\n');
    expect((await rig.list()).letters).toHaveLength(3);
  });

  test('stop at the limit, and send the note and the key', async () => {
    await rig.put(letters);
    const { status } = await fi([
      'discard',
      '--reason',
      'conflict',
      '--limit',
      '2',
      '--note',
      'typed twice',
      '--key',
      'fi_k',
    ]);
    expect(status).toBe(0);
    expect((await rig.list()).letters).toHaveLength(1);
    expect(requests[0]).toMatchObject({
      headers: { authorization: 'Bearer fi_k' },
      body: { reason: 'conflict', limit: 2, note: 'typed twice', dry_run: false },
    });
    await fi(['list'], { environment: { FI_API_KEY: 'fi_env' } });
    expect(requests.at(-1)?.headers).toMatchObject({ authorization: 'Bearer fi_env' });
  });

  test('end with 1 where a letter is refused or not there, and say why', async () => {
    await rig.put(letters);
    rig.stored.push(event(1, { payload: '{}' }));
    const { status, out, err } = await fi(['retry', '--all']);
    expect(status).toBe(1);
    expect(out).toContain('another event with its id is stored');
    expect(err).toMatch(/^(1 refused, 2 retried|2 retried, 1 refused)\n$/);
    expect((await fi(['retry', '0'.repeat(40)])).status).toBe(1);
    const again = await fi(['retry', ...ids.filter((id) => id !== letterOf(event(1)).letterId)]);
    expect([again.status, again.out]).toEqual([0, expect.stringContaining('retried by anonymous')]);
  });

  test('keep to a rate, and at Ctrl-C finish the call and say how far they came', async () => {
    await rig.put(letters);
    const interrupted = new AbortController();
    const { status, out, err } = await fi(['retry', '--all', '--rate', '1'], {
      signal: interrupted.signal,
      // After the first call, in the second that the rate leaves between two.
      onOut: () => setImmediate(() => interrupted.abort()),
    });
    expect(status).toBe(1);
    expect(out.match(/retried/g)).toHaveLength(1);
    expect(err).toContain('stopped after 1 letter; the same command goes on');
    expect(rig.sent).toHaveLength(1);
    expect((await fi(['retry', '--all', '--rate', '100'])).err).toBe('2 retried\n');
  });

  test('say what to do when the API cannot be reached or refuses', async () => {
    const nowhere = await fi(['retry', '--all', '--url', 'http://127.0.0.1:9']);
    expect(nowhere.status).toBe(1);
    expect(nowhere.err).toContain('http://127.0.0.1:9 cannot be reached');
    expect((await fi(['list', '--url', 'here'])).err).toContain('--url here: must be');
    const prefixed = await fi(['list', '--url', `${front?.url}/a/prefix/`]);
    expect(prefixed.err).toContain('nothing here');
  });
});
