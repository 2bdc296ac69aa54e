import { readFileSync } from 'node:fs';
import path from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { parquetReadObjects } from 'hyparquet';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AcceptedEvent } from '../../../shared/domain/event.ts';
import type { ConsultationId } from '../../../shared/domain/ids.ts';
import { letterIdOf } from '../../../shared/domain/letter.ts';
import { createEncryption } from '../../../shared/encryption/encryption.ts';
import { openOrMakeKeyStore } from '../../../shared/key-store/open.ts';
import { encodeEvent } from '../../../shared/queue/packs/encode.ts';
import { createLetterPublisher } from '../../../shared/store/quarantine/publish-letter.ts';
import { consultation, eventOf } from '../store/events.ts';
import { temporaryFolder } from '../store/folders.ts';
import { createSealRig, type SealRig } from '../store/seal/rig.ts';
import { fi, linesOf } from './fixtures/run.ts';

const other = 'consultation-2' as ConsultationId;

let rig: SealRig;
let environment: Record<string, string> = {};
let parts: string[] = [];

const encrypted = async (...events: readonly AcceptedEvent[]): Promise<readonly AcceptedEvent[]> => {
  const { FI_KEY_STORE_DIR: folder = '', FI_MASTER_KEY_FILE: masterKeyFile = '' } = environment;
  const outcomes = await createEncryption(await openOrMakeKeyStore({ folder, masterKeyFile })).encrypt(events);
  return outcomes.flatMap((outcome) => (outcome.kind === 'encrypted' ? [outcome.event] : []));
};

beforeEach(async () => {
  rig = createSealRig();
  const secrets = temporaryFolder();
  environment = {
    FI_STORE_DIR: rig.folder,
    FI_KEY_STORE_DIR: path.join(secrets, 'key-store'),
    FI_MASTER_KEY_FILE: path.join(secrets, 'master-key'),
  };
  await rig.store(...(await encrypted(eventOf(1), eventOf(2, { consultationId: other }), eventOf(3))));
  await rig.sealer().seal();
  parts = [...(await rig.state()).parts.keys()];
  parts.push(await rig.store(...(await encrypted(eventOf(4)))));
});

const run = (...words: readonly string[]) => fi(words, { environment });
const erase = (...words: readonly string[]) => run('erase', consultation, ...words);
const sure = ['--reason', 'asked to', '--by', 'ana', '--yes'];

describe('fi erase', () => {
  it('wants a reason and a yes', async () => {
    expect(await erase('--yes')).toMatchObject({ status: 2, err: expect.stringContaining('--reason') });
    expect(await erase('--reason', 'asked to')).toMatchObject({ status: 2, err: expect.stringContaining('--dry-run') });
    expect(await run('erase', '..', ...sure)).toMatchObject({ status: 2 });
    expect(linesOf((await run('tail')).out)).toMatchObject([{}, {}, {}, {}].map(() => ({ payload: {} })));
  });

  it('tells in a dry run what would become unreadable, and does nothing', async () => {
    const { status, out } = await erase('--dry-run');
    expect([status, out]).toEqual([
      0,
      'would erase consultation-1; nothing was done\n2 sealed events (positions 0 to 1) and 1 not sealed yet would become unreadable: payload and user id\n',
    ]);
    expect(linesOf((await erase('--dry-run', '--json')).out)).toEqual([
      {
        consultation_id: consultation,
        erased: false,
        already_erased: false,
        sealed_events: 2,
        first_position: 0,
        last_position: 1,
        unsealed_events: 1,
        clear_events: 0,
        clear_letters: [],
      },
    ]);
    expect((await run('tail')).out).not.toContain('erased');
  });

  it('makes one consultation unreadable, once and for all', async () => {
    const { status, out, err } = await erase(...sure);
    expect([status, out]).toEqual([
      0,
      expect.stringMatching(/^consultation-1 is erased at .* by ana: asked to\n2 sealed/),
    ]);
    expect(JSON.parse(err)).toMatchObject({
      message: 'consultation erased',
      consultation_id: consultation,
      principal: 'ana',
      reason: 'asked to',
    });
    const again = await run('erase', consultation, '--reason', 'again', '--by', 'eva', '--yes', '--json');
    expect(linesOf(again.out)).toMatchObject([
      { already_erased: true, erased: true, erased_by: 'ana', reason: 'asked to' },
    ]);
    const shown = linesOf((await run('tail')).out);
    const erased = { erased: true, erased_at: expect.any(String), payload: null };
    const expected = [
      [consultation, erased],
      [consultation, erased],
      [consultation, erased],
      [other, { payload: { n: 2 } }],
    ];
    expect(shown.map(({ consultation_id, ...rest }) => [consultation_id, rest]).sort()).toMatchObject(expected);
    for (const part of parts) expect((await run('cat', part)).out).toContain('"erased":true');
  });

  it('shows in exports', async () => {
    await erase(...sure);
    const folder = temporaryFolder();
    const [lines, parquet] = [path.join(folder, 'all.ndjson'), path.join(folder, 'all.parquet')];
    await run('export', lines, '--unsealed');
    const events = linesOf(readFileSync(lines, 'utf8'));
    expect(events.map(({ payload, user_id }) => [payload, user_id])).toEqual([
      [null, undefined],
      [null, undefined],
      [{ n: 2 }, 'user_1'],
      [null, undefined],
    ]);
    await run('export', parquet);
    const bytes = readFileSync(parquet);
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
    const rows = await parquetReadObjects({
      file: file as ArrayBuffer,
      compressors: { ZSTD: (data) => zstdDecompressSync(data) },
    });
    const absent = null;
    expect(
      rows.map(({ payload, user_id, erased_at }) => [payload ?? absent, user_id ?? absent, typeof (erased_at ?? 0)]),
    ).toEqual([
      [null, null, 'string'],
      [null, null, 'string'],
      ['{"n":2}', 'user_1', 'number'],
    ]);
  });

  it('says what it can not reach, with status 1', async () => {
    await rig.store(eventOf(9));
    const content = { reason: 'conflict', attempt: 1, form: 'record', record: encodeEvent(eventOf(8)) } as const;
    const letterId = letterIdOf(content);
    const inClear = { ...content, letterId, detail: '', consultationId: consultation, eventId: eventOf(8).eventId };
    await createLetterPublisher(rig.folder).publish(inClear, '2026-11-23T10:11:12.345Z');
    const [stored] = await encrypted(eventOf(7));
    if (stored === undefined) throw new Error('nothing was encrypted');
    const hidden = { ...content, record: encodeEvent(stored) };
    await createLetterPublisher(rig.folder).publish(
      { ...inClear, ...hidden, letterId: letterIdOf(hidden), eventId: stored.eventId },
      '2026-11-23T10:11:12.345Z',
    );
    const { status, out } = await erase(...sure);
    expect(status).toBe(1);
    expect(out).toContain('1 event stored in clear, before encryption was turned on, can still be read\n');
    expect(out).toContain(`1 letter in quarantine can still be read: ${letterId}\n`);
  });

  it('knows what it does not know', async () => {
    expect(await run('erase', 'nobody', ...sure)).toMatchObject({
      status: 1,
      err: expect.stringContaining('knows a consultation nobody'),
    });
    environment = { ...environment, FI_KEY_STORE_DIR: path.join(temporaryFolder(), 'none') };
    expect(await erase(...sure)).toMatchObject({ status: 1, err: expect.stringContaining('there is no key store at') });
    expect(await run('tail')).toMatchObject({ status: 1, err: expect.stringContaining('FI_KEY_STORE_DIR') });
  });
});
