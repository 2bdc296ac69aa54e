import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseVerifierKey } from '../../../shared/store/log/note/verifier-key.ts';
import { openOrMakeSigningKey } from '../../../shared/store/log/signing-key-file.ts';
import { fi } from './fixtures/run.ts';

let folder = '';
let file = '';
let environment: Record<string, string> = {};
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'fi-log-key-'));
  file = path.join(folder, 'keys', 'signing-key');
  environment = { FI_SIGNING_KEY_FILE: file };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const create = (more: Record<string, string> = {}) =>
  fi(['log', 'key', '--create'], { environment: { ...environment, ...more } });

test('without a key the command says how to get one, and makes none', async () => {
  const { status, out, err } = await fi(['log', 'key'], { environment });
  expect([status, out]).toEqual([1, '']);
  expect(err).toContain('--create');
  expect(readdirSync(folder)).toEqual([]);
});

test('a key is made once, for its owner alone, and the verifier key is all that is shown of it', async () => {
  const made = await create({ FI_LOG_ORIGIN: 'events.example.org/clinic' });
  expect(made.status).toBe(0);
  expect(parseVerifierKey(made.out.trim()).name).toBe('events.example.org/clinic');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(path.dirname(file)).mode & 0o777).toBe(0o700);
  const secret = readFileSync(file, 'utf8');
  expect(secret).toMatch(/^PRIVATE\+KEY\+events\.example\.org\/clinic\+[0-9a-f]{8}\+.{44}\n$/);
  expect(made.out).not.toContain(secret.split('+').at(-1)?.trim());
  expect((await create()).out).toBe(made.out);
  expect((await fi(['log', 'key'], { environment })).out).toBe(made.out);
  expect(readFileSync(file, 'utf8')).toBe(secret);
  expect(readdirSync(path.dirname(file))).toEqual(['signing-key']);
});

test('without a name it gets one of its own', async () => {
  const one = parseVerifierKey((await create()).out.trim());
  rmSync(file);
  const other = parseVerifierKey((await create()).out.trim());
  expect(one.name).toMatch(/^fi-events\.local\/[0-9a-f]{16}$/);
  expect(other.name).not.toBe(one.name);
});

test('of many that make it at once, all get the same', async () => {
  const keys = await Promise.all(
    Array.from({ length: 20 }, () => openOrMakeSigningKey({ file, origin: 'example.org/log' })),
  );
  expect(new Set(keys.map(({ verifierKey }) => verifierKey.id)).size).toBe(1);
  expect(readdirSync(path.dirname(file))).toEqual(['signing-key']);
});

test('the key of another log is refused', async () => {
  await create({ FI_LOG_ORIGIN: 'example.org/one' });
  const { status, err } = await create({ FI_LOG_ORIGIN: 'example.org/other' });
  expect(status).toBe(1);
  expect(err).toContain('FI_LOG_ORIGIN=example.org/other');
  expect(err).toContain('example.org/one');
});

test.each(['', 'PRIVATE+KEY+half', 'something else\n'])('a file that is no key is refused and kept', async (text) => {
  await create();
  writeFileSync(file, text);
  const { status, err } = await create();
  expect(status).toBe(1);
  expect(err).toContain(`FI_SIGNING_KEY_FILE=${file}`);
  expect(readFileSync(file, 'utf8')).toBe(text);
});

test('who lets others read the key is told', async () => {
  expect((await create()).err).toBe('');
  chmodSync(file, 0o640);
  expect((await create()).err).toContain(`chmod 600 ${file}`);
});

test('a folder that can not be written is a setting that is wrong', async () => {
  writeFileSync(path.join(folder, 'keys'), 'a file where a folder is wanted');
  const { status, err } = await create();
  expect(status).toBe(1);
  expect(err).toContain(`FI_SIGNING_KEY_FILE=${file}`);
});
