import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { commitPath } from '../../../shared/store/commits/names.ts';
import { generateSigningKey, openSigner } from '../../../shared/store/log/note/signer.ts';
import { formatVerifierKey } from '../../../shared/store/log/note/verifier-key.ts';
import { eventsOf } from '../store/events.ts';
import { temporaryFolder } from '../store/folders.ts';
import { createSealRig, type SealRig, signer } from '../store/seal/rig.ts';
import { fi, linesOf } from './fixtures/run.ts';

const key = formatVerifierKey(signer.verifierKey);

let rig: SealRig;
let environment: Record<string, string> = {};
beforeEach(async () => {
  rig = createSealRig();
  const keyFile = path.join(temporaryFolder(), 'signing-key');
  writeFileSync(keyFile, `${generateSigningKey('test.local/log', new Uint8Array(32).fill(7))}\n`);
  environment = { FI_STORE_DIR: rig.folder, FI_SIGNING_KEY_FILE: keyFile };
});

const seal = async (from: number): Promise<void> => {
  await rig.store(...eventsOf(3, from));
  await rig.sealer().seal();
};

const partOf = async (): Promise<string> => [...(await rig.state()).parts.keys()][0] ?? '';

test('a whole store is clean, and it is said what that does not tell', async () => {
  await seal(0);
  const { status, out, err, progress } = await fi(['verify'], { environment });
  expect([status, err]).toEqual([0, '']);
  expect(out).toMatch(/^3 sealed events in 1 part \([\d,]+ bytes\), 1 commit; 0 events not sealed yet in 0 parts/);
  expect(out).toMatch(/ events a second\n.*cut off or rolled back looks whole\nclean\n$/);
  expect(progress.at(-1)).toBe('');
});

test('each finding is a line that names kind, file and position, and the status is 1', async () => {
  await seal(0);
  const part = await partOf();
  truncateSync(path.join(rig.folder, part), 1_000);
  const { status, out } = await fi(['verify'], { environment });
  expect(status).toBe(1);
  const [first, ...others] = out.split('\n');
  expect(first).toBe(`changed  ${part} positions 0 to 2: it has 1000 bytes instead of ${partBytes(out)}`);
  expect(others.at(-2)).toMatch(/^\d findings$/);
});

const partBytes = (out: string): string => /instead of (\d+)/.exec(out)?.[1] ?? '';

test('--json gives an object a line, the result last', async () => {
  await seal(0);
  writeFileSync(path.join(rig.folder, 'log', 'unknown'), '');
  const { status, out } = await fi(['verify', '--json'], { environment });
  expect(status).toBe(1);
  expect(linesOf(out)).toEqual([
    { finding: 'added', file: 'log/unknown', reason: 'the store has no such file' },
    expect.objectContaining({ clean: false, findings: 1, notes: 0, commit: 1, events: 3, kept_checkpoints: 0 }),
  ]);
});

test('a temporary is a note, and no finding', async () => {
  await seal(0);
  writeFileSync(path.join(rig.folder, 'tmp', 'left.h5'), '');
  const { status, out } = await fi(['verify'], { environment });
  expect(status).toBe(0);
  expect(out).toMatch(/^note {5}tmp\/left\.h5: .*\n[\s\S]*clean, 1 note\n$/);
});

test('a checkpoint that the user kept is compared, and found out to be of a longer log', async () => {
  await seal(0);
  const kept = path.join(temporaryFolder(), 'kept');
  const checkpoint = (): Buffer => readFileSync(path.join(rig.folder, 'log', 'checkpoint'));
  writeFileSync(kept, checkpoint());
  await seal(10);
  const before = await fi(['verify', '--checkpoint', kept], { environment });
  expect(before.status).toBe(0);
  expect(before.out).toContain('1 checkpoint from elsewhere');
  expect(before.out).not.toContain('looks whole');
  writeFileSync(kept, checkpoint());
  truncateSync(path.join(rig.folder, commitPath(2)));
  const after = await fi(['verify', '--checkpoint', kept], { environment });
  expect(after.status).toBe(1);
  expect(after.out).toContain(`the checkpoint in ${kept} signs 6: the last ones were cut off`);
});

test('the verifier key is enough, as text or as a file', async () => {
  await seal(0);
  const { FI_SIGNING_KEY_FILE: _, ...others } = environment;
  const without = { ...others, FI_SIGNING_KEY_FILE: path.join(rig.folder, '..', 'not-there') };
  const file = path.join(temporaryFolder(), 'key');
  writeFileSync(file, `${key}\n`);
  for (const given of [key, file]) {
    expect((await fi(['verify', '--key', given], { environment: without })).status).toBe(0);
  }
  const { status, err } = await fi(['verify'], { environment: without });
  expect(status).toBe(2);
  expect(err).toContain('--key');
});

test('the key of another log vouches for nothing', async () => {
  await seal(0);
  const other = formatVerifierKey(openSigner(generateSigningKey('test.local/log')).verifierKey);
  const { status, out } = await fi(['verify', '--key', other], { environment });
  expect(status).toBe(1);
  expect(out).toContain(`changed  ${commitPath(1)}: `);
});

test.each([
  ['--key', 'no key'],
  ['--checkpoint', '/not/there'],
])('a wrong %s is wrong usage', async (option, value) => {
  await seal(0);
  const { status, out, err } = await fi(['verify', option, value], { environment });
  expect([status, out]).toEqual([2, '']);
  expect(err).toContain(option);
});

test('Ctrl-C ends it, and nothing is said to be clean', async () => {
  await seal(0);
  const { status, out, err } = await fi(['verify'], { environment, signal: AbortSignal.abort() });
  expect([status, out]).toEqual([1, '']);
  expect(err).toContain('interrupted');
});

test('threads are counted from one', async () => {
  await seal(0);
  expect(await fi(['verify', '--threads', '2'], { environment })).toMatchObject({ status: 0, err: '' });
  const { status, err } = await fi(['verify', '--threads', '0'], { environment });
  expect([status, err]).toEqual([2, expect.stringContaining('--threads: 0 is no whole number from 1 to 64')]);
});
