import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { generateSigningKey } from '../../../shared/store/log/note/signer.ts';
import { temporaryFolder } from '../store/folders.ts';
import { eventOn, firstDay, secondDay } from '../store/retain/rig.ts';
import { createSealRig, type SealRig } from '../store/seal/rig.ts';
import { fi, linesOf } from './fixtures/run.ts';

let rig: SealRig;
let environment: Record<string, string> = {};
beforeEach(async () => {
  rig = createSealRig();
  const folder = temporaryFolder();
  const keyFile = path.join(folder, 'signing-key');
  writeFileSync(keyFile, `${generateSigningKey('test.local/log', new Uint8Array(32).fill(7))}\n`);
  environment = {
    FI_STORE_DIR: rig.folder,
    FI_SIGNING_KEY_FILE: keyFile,
    FI_POLICY_FILE: policyOf(folder, []),
  };
  await rig.store(
    eventOn(firstDay, 1),
    eventOn(firstDay, 2, { segment: 'audio' }),
    eventOn(firstDay, 3, { segment: 'clinical' }),
    eventOn(secondDay, 4),
  );
  await rig.sealer().seal();
});

const policyOf = (folder: string, holds: readonly object[]): string => {
  const file = path.join(folder, `policy-${holds.length}.json`);
  const rules = [
    { event_type: 'MESSAGE_*', segment: 'conversation', retention_days: 30 },
    { event_type: 'AUDIO_*', segment: 'audio', retention_days: 7 },
  ];
  writeFileSync(file, JSON.stringify({ version: 1, rules, default: { segment: 'clinical' }, holds }));
  return file;
};

const daysLeft = async (): Promise<readonly string[]> =>
  [...(await rig.state()).parts.values()].map(({ segment, day }) => `${segment} ${day}`).sort();

const all = [`audio ${firstDay}`, `clinical ${firstDay}`, `conversation ${firstDay}`, `conversation ${secondDay}`];

test('without --yes nothing is dropped, and it is said what would be', async () => {
  const { status, out, err } = await fi(['retain'], { environment });
  expect(status).toBe(1);
  expect(out.replaceAll(/[\d,]+ bytes/g, 'N bytes')).toBe(
    [
      `due     audio ${firstDay}: 1 event, N bytes`,
      `due     conversation ${firstDay}: 1 event, N bytes`,
      `due     conversation ${secondDay}: 1 event, N bytes`,
      'due: 3 days, 3 events, N bytes',
      '',
    ].join('\n'),
  );
  expect(err).toContain('--yes');
  expect(await daysLeft()).toEqual(all);
});

test('--dry-run changes nothing and is content, also beside --yes', async () => {
  const { status, err } = await fi(['retain', '--dry-run', '--yes'], { environment });
  expect([status, err]).toEqual([0, '']);
  expect(await daysLeft()).toEqual(all);
});

test('--yes drops what is due, and verify counts it', async () => {
  const { status, out, err } = await fi(['retain', '--yes'], { environment });
  expect([status, err]).toEqual([0, '']);
  expect(out).toMatch(/^dropped audio /);
  expect(out).toMatch(
    /\ndropped: 3 days, 3 events, [\d,]+ bytes; the files go 10 minutes later, when a host merges\n$/,
  );
  expect(await daysLeft()).toEqual([`clinical ${firstDay}`]);
  const verified = await fi(['verify'], { environment });
  expect(verified.status).toBe(0);
  expect(verified.out).toContain('3 of them expired, on 3 days of a segment');
  expect((await fi(['retain', '--yes'], { environment })).out).toBe('nothing is due\n');
});

test('--segment and --before choose', async () => {
  await fi(['retain', '--yes', '--segment', 'audio'], { environment });
  expect(await daysLeft()).toEqual(all.slice(1));
  await fi(['retain', '--yes', '--before', secondDay], { environment });
  expect(await daysLeft()).toEqual([`clinical ${firstDay}`, `conversation ${secondDay}`]);
});

test('--json gives an object a line, with the reason where a day is kept, and the result last', async () => {
  const holds = [{ segment: 'audio', reason: 'court order' }];
  const held = { ...environment, FI_POLICY_FILE: policyOf(path.dirname(environment.FI_POLICY_FILE ?? ''), holds) };
  const { status, out } = await fi(['retain', '--yes', '--json'], { environment: held });
  expect(status).toBe(0);
  expect(linesOf(out)).toMatchObject([
    {
      outcome: 'held',
      segment: 'audio',
      day: firstDay,
      retention_days: 7,
      reason: 'the policy holds the segment audio',
    },
    { outcome: 'dropped', segment: 'conversation', day: firstDay, events: 1, parts: 1 },
    { outcome: 'dropped', segment: 'conversation', day: secondDay },
    { complete: true, dropped: 2, due: 0, held: 1, damaged: 0, events: 2 },
  ]);
  expect(await daysLeft()).toEqual([`audio ${firstDay}`, `clinical ${firstDay}`]);
});

test.each([[['--before', '2020-13-01']], [['--before', 'yesterday']], [['--segment', 'clinical']]])(
  '%s is wrong usage',
  async (given) => {
    const { status, out, err } = await fi(['retain', ...given], { environment });
    expect([status, out]).toEqual([2, '']);
    expect(err).toContain(given[0]);
  },
);

test('Ctrl-C ends it between two days', async () => {
  const { status, err } = await fi(['retain', '--yes'], { environment, signal: AbortSignal.abort() });
  expect(status).toBe(1);
  expect(err).toContain('run it again');
  expect(await daysLeft()).toEqual(all);
});

test('without a policy file nothing ever goes', async () => {
  const { FI_POLICY_FILE: _, ...others } = environment;
  expect(await fi(['retain', '--yes'], { environment: others })).toMatchObject({ status: 0, out: 'nothing is due\n' });
});

test('a key that is not there is said to be missing, and nothing is dropped', async () => {
  const without = { ...environment, FI_SIGNING_KEY_FILE: path.join(rig.folder, '..', 'not-there') };
  const { status, err } = await fi(['retain', '--yes'], { environment: without });
  expect(status).toBe(1);
  expect(err).toContain('FI_SIGNING_KEY_FILE');
  expect(await daysLeft()).toEqual(all);
});
