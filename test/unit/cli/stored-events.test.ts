import { mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CommitLog } from '../../../shared/store/commits/commit-log.ts';
import { nodeStoreFiles } from '../../../shared/store/files.ts';
import { sealerOf } from '../store/seal/rig.ts';
import { fi, linesOf } from './fixtures/run.ts';
import { store } from './fixtures/store.ts';

let folder = '';
let environment: Record<string, string> = {};
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'fi-cli-'));
  environment = { FI_STORE_DIR: folder };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const consultationsIn = (text: string): unknown[] => linesOf(text).map(({ consultation_id }) => consultation_id);

test('cat prints the events of a part, named by file, by path in the store or by id', async () => {
  const { path: part, partId } = await store(folder, { consultation: 'a' }, { consultation: 'b' });
  for (const name of [path.join(folder, part), part, partId, partId.toUpperCase()]) {
    const { status, out } = await fi(['cat', name], { environment });
    expect(status).toBe(0);
    expect(consultationsIn(out)).toEqual(['a', 'b']);
  }
});

test('cat prints payloads as they were sent, each event on one line', async () => {
  const exact = '{"a": 1.0, "n":12345678901234567890,"a":1e400 ,"s":"\\ud800\\u0000 😀"}';
  await store(folder, { consultation: 'a', payload: exact }, { consultation: 'b', payload: '{\n  "x": "\\n"\r\n}' });
  const { out } = await fi(['tail'], { environment });
  const [first, second] = out.split('\n');
  expect(first).toContain(`"payload":${exact}}`);
  expect(second).toContain('"payload":{   "x": "\\n"  }}');
});

test('an event reads as the API gives it', async () => {
  await store(folder, { consultation: 'a', type: 'AUDIO_RECORDED', segment: 'audio' });
  const [event] = linesOf((await fi(['tail'], { environment })).out);
  expect(event).toEqual({
    event_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    consultation_id: 'a',
    event_type: 'AUDIO_RECORDED',
    received_at: '2026-11-23T10:00:00.000Z',
    segment: 'audio',
    sealed: false,
    payload: {},
  });
});

test('tail prints the newest events, over as many parts as it takes', async () => {
  await store(folder, { consultation: '1' }, { consultation: '2' });
  await store(folder, { consultation: '3' });
  await store(folder, { consultation: '4' });
  expect(consultationsIn((await fi(['tail', '-n', '3'], { environment })).out)).toEqual(['2', '3', '4']);
  expect(consultationsIn((await fi(['tail'], { environment })).out)).toEqual(['1', '2', '3', '4']);
  expect((await fi(['tail', '--lines', '0'], { environment })).out).toBe('');
});

test('tail keeps to a consultation and a type', async () => {
  await store(
    folder,
    { consultation: 'a', type: 'X' },
    { consultation: 'b', type: 'X', payload: '{"wanted":1}' },
    { consultation: 'b', type: 'Y' },
  );
  await store(folder, { consultation: 'c', type: 'X' });
  const { out } = await fi(['tail', '--consultation', 'b', '--type', 'X'], { environment });
  expect(linesOf(out)).toMatchObject([{ consultation_id: 'b', event_type: 'X', payload: { wanted: 1 } }]);
});

test('tail --follow prints what is stored later, until it is interrupted', async () => {
  await store(folder, { consultation: 'before' });
  const interrupt = new AbortController();
  const { status, out } = await fi(['tail', '--follow'], {
    environment,
    signal: interrupt.signal,
    onOut: (text) => {
      if (text.includes('"before"')) void store(folder, { consultation: 'after' });
      if (text.includes('"after"')) interrupt.abort();
    },
  });
  expect(status).toBe(0);
  expect(consultationsIn(out)).toEqual(['before', 'after']);
});

test('an empty store has no events and no statistics, and that is no failure', async () => {
  const elsewhere = { FI_STORE_DIR: path.join(folder, 'not-there-yet') };
  expect(await fi(['tail'], { environment: elsewhere })).toMatchObject({ status: 0, out: '' });
  const { status, out } = await fi(['stats', '--json'], { environment: elsewhere });
  expect(status).toBe(0);
  expect(JSON.parse(out)).toEqual({
    parts: 0,
    events: 0,
    bytes: 0,
    payload_bytes: 0,
    segments: {},
    days: {},
    damaged: [],
  });
});

test('stats counts by segment and by day', async () => {
  const first = await store(
    folder,
    { consultation: 'a', segment: 'clinical', payload: '{"é":1}' },
    { consultation: 'a', segment: 'audio', receivedAt: '2026-11-23T23:59:59.999Z' },
  );
  const second = await store(folder, {
    consultation: 'b',
    segment: 'clinical',
    receivedAt: '2026-11-24T00:00:00.000Z',
  });
  const { status, out, progress } = await fi(['stats', '--json'], { environment });
  expect(status).toBe(0);
  const bytes = first.bytes + second.bytes;
  expect(JSON.parse(out)).toEqual({
    parts: 2,
    events: 3,
    bytes,
    payload_bytes: 12,
    bytes_per_event: Math.round((bytes / 3) * 10) / 10,
    segments: { audio: { events: 1, payload_bytes: 2 }, clinical: { events: 2, payload_bytes: 10 } },
    days: { '2026-11-23': { events: 2, payload_bytes: 10 }, '2026-11-24': { events: 1, payload_bytes: 2 } },
    damaged: [],
  });
  expect(progress).toEqual(['1 of 2 parts', '']);
  const table = (await fi(['stats'], { environment })).out;
  expect(table).toMatch(/^events +3$/m);
  expect(table).toMatch(/^clinical +2 +10$/m);
  expect(table).toMatch(/^2026-11-24 +1 +2$/m);
});

test('a damaged part is named, and the others are still shown', async () => {
  const broken = await store(folder, { consultation: 'lost' });
  await store(folder, { consultation: 'fine' });
  truncateSync(path.join(folder, broken.path), 100);
  const statistics = await fi(['stats', '--json'], { environment });
  expect(statistics.status).toBe(1);
  expect(statistics.err).toContain(broken.partId);
  expect(JSON.parse(statistics.out)).toMatchObject({ parts: 1, events: 1, damaged: [expect.any(String)] });
  const shown = await fi(['tail'], { environment });
  expect(consultationsIn(shown.out)).toEqual(['fine']);
  expect(shown.err).toContain(broken.partId);
});

test('tail, cat and stats go on with what was sealed, each event once', async () => {
  await store(folder, { consultation: 'a', segment: 'audio' }, { consultation: 'b' });
  await sealerOf(folder).seal();
  await store(folder, { consultation: 'c' });
  const events = linesOf((await fi(['tail'], { environment })).out);
  expect(events.map(({ consultation_id, sealed }) => [consultation_id, sealed]).sort()).toEqual([
    ['a', true],
    ['b', true],
    ['c', false],
  ]);
  const { parts } = await new CommitLog({ folder, files: nodeStoreFiles }).catchUp();
  const printed = await Promise.all(
    [...parts.keys()].map(async (part) => (await fi(['cat', path.basename(part, '.h5')], { environment })).out),
  );
  expect(
    printed
      .flatMap(linesOf)
      .map(({ position }) => position)
      .sort(),
  ).toEqual([0, 1]);
  const statistics = JSON.parse((await fi(['stats', '--json'], { environment })).out);
  expect(statistics).toMatchObject({ parts: 3, events: 3, damaged: [] });
  expect(statistics.segments.audio.events).toBe(1);
});
