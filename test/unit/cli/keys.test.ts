import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openKeyRing } from '../../../shared/http/auth/key-ring.ts';
import { silentLogger } from '../../../shared/telemetry/log.ts';
import { fi } from './fixtures/run.ts';

let folder = '';
let keysFile = '';
let environment: Record<string, string> = {};
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'fi-keys-'));
  keysFile = path.join(folder, 'keys.json');
  environment = { FI_KEYS_FILE: keysFile, FI_LOG_LEVEL: 'warn' };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const ring = () => openKeyRing({ path: keysFile, monotonicMs: () => 0, logger: silentLogger });
const create = (...words: readonly string[]) => fi(['key', 'create', ...words], { environment });

test('a new key is shown once, alone on standard output, and works as it was made', async () => {
  const { status, out, err } = await create('--consultations', 'abc*, x-1', '--actions', 'append');
  expect(status).toBe(0);
  expect(out).toMatch(/^fi_[0-9a-f]{16}_[\w-]{43}\n$/);
  expect(err).toContain('shown once');
  const principal = ring().authenticate(`Bearer ${out.trim()}`);
  expect(principal.may('append', 'abcd')).toBe(true);
  expect(principal.may('append', 'x-1')).toBe(true);
  expect(principal.may('append', 'x-12')).toBe(false);
  expect(principal.may('read', 'abcd')).toBe(false);
  // The secret is base64url, which may have an underscore of its own: what follows the second one is all of it.
  const secret = out.trim().split('_').slice(2).join('_');
  expect(secret).toHaveLength(43);
  expect(readFileSync(keysFile, 'utf8')).not.toContain(secret);
});

test('keys are listed without secrets, and a revoked one is in force no more', async () => {
  expect((await fi(['key', 'list'], { environment })).out).toContain('no keys');
  const key = (await create('--consultations', '*')).out.trim();
  const id = key.split('_')[1] ?? '';
  const before = (await fi(['key', 'list'], { environment })).out;
  expect(before).toContain(id);
  expect(before).toContain('in force');
  expect(await fi(['key', 'revoke', id], { environment })).toMatchObject({ status: 0, out: `${id} is revoked\n` });
  expect((await fi(['key', 'list'], { environment })).out).not.toContain('in force');
  const [listed] = (await fi(['key', 'list', '--json'], { environment })).out.split('\n');
  expect(Object.keys(JSON.parse(listed ?? ''))).toEqual(['id', 'consultations', 'actions', 'created_at', 'revoked_at']);
  expect(() => ring().authenticate(`Bearer ${key}`)).toThrow('not a valid API key');
});

test('revoking what is not there fails', async () => {
  const { status, err } = await fi(['key', 'revoke', '0123456789abcdef'], { environment });
  expect(status).toBe(1);
  expect(err).toContain('no key 0123456789abcdef');
});
