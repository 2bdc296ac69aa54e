import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { InvalidSetting, Unauthenticated } from '../../../shared/domain/errors.ts';
import { createKey, listKeys, revokeKey } from '../../../shared/http/auth/change-keys.ts';
import { openKeyRing } from '../../../shared/http/auth/key-ring.ts';
import { isLoopback } from '../../../shared/http/auth/loopback.ts';
import { silentLogger } from '../../../shared/telemetry/log.ts';

const root = mkdtempSync(path.join(tmpdir(), 'fi-keys-'));
afterAll(() => rmSync(root, { recursive: true }));

let file = '';
let folders = 0;
beforeEach(() => {
  file = path.join(root, String(folders++), 'keys.json');
});

let now = 0;
const ring = () => openKeyRing({ path: file, monotonicMs: () => now, logger: silentLogger });
const wanted = (consultations: readonly string[], actions: readonly ('append' | 'read')[] = ['append', 'read']) => ({
  consultations,
  actions,
  nowMs: Date.UTC(2026, 10, 23),
  logger: silentLogger,
});
const revocation = { nowMs: Date.UTC(2026, 10, 24), logger: silentLogger };

describe('API keys', () => {
  it('are of 256 random bits, kept as a hash in a file that only its owner reads', async () => {
    const { id, key } = await createKey(file, wanted(['abc*']));
    const secret = key.slice(`fi_${id}_`.length);
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
    expect(readFileSync(file, 'utf8')).not.toContain(secret);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(path.dirname(file))).toEqual(['keys.json']);
    expect(await listKeys(file)).toEqual([
      {
        id,
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        consultations: ['abc*'],
        actions: ['append', 'read'],
        created_at: '2026-11-23T00:00:00.000Z',
      },
    ]);
  });

  it('let in whom is trusted without one, and nobody else, while there are none', () => {
    expect(ring().required()).toBe(false);
    expect(ring().authenticate(undefined, true).may('append', 'any')).toBe(true);
    expect(() => ring().authenticate(undefined)).toThrow('there is no API key yet');
  });

  it('allow their actions on their consultations', async () => {
    const { key } = await createKey(file, wanted(['abc*', 'exact'], ['read']));
    const principal = ring().authenticate(`Bearer ${key}`);
    const allowed = ['abc', 'abcd', 'exact', 'exactly', 'xabc', 'ab'].filter((id) => principal.may('read', id));
    expect(allowed).toEqual(['abc', 'abcd', 'exact']);
    expect(principal.may('append', 'abc')).toBe(false);
    const { key: all } = await createKey(file, wanted(['*']));
    expect(ring().authenticate(`bearer ${all}`).may('append', 'whatever')).toBe(true);
  });

  it('are refused when they are missing, malformed, unknown or have another secret', async () => {
    const { id, key } = await createKey(file, wanted(['*']));
    const { key: other } = await createKey(file, wanted(['*']));
    const wrong = [
      undefined,
      '',
      'Bearer',
      `Basic ${key}`,
      key,
      `Bearer ${key}x`,
      `Bearer ${key.slice(0, -1)}`,
      `Bearer fi_${id}_${other.slice(-43)}`,
      `Bearer fi_0000000000000000_${key.slice(-43)}`,
    ];
    for (const header of wrong) expect(() => ring().authenticate(header), String(header)).toThrow(Unauthenticated);
  });

  it('are in force and revoked within a second, without a restart; without any left, nobody gets in', async () => {
    const open = ring();
    const { id, key } = await createKey(file, wanted(['*']));
    now += 1_000;
    expect(open.required()).toBe(true);
    expect(() => open.authenticate(undefined)).toThrow(Unauthenticated);
    expect(open.authenticate(`Bearer ${key}`).id).toBe(id);
    await revokeKey(file, id, revocation);
    now += 1_000;
    expect(() => open.authenticate(`Bearer ${key}`)).toThrow(Unauthenticated);
    expect(open.required()).toBe(true);
    rmSync(file);
    now += 1_000;
    expect(open.required()).toBe(true);
  });

  it('are revoked once, and only when they exist', async () => {
    const { id } = await createKey(file, wanted(['*']));
    await revokeKey(file, id, revocation);
    await revokeKey(file, id, { ...revocation, nowMs: Date.UTC(2027, 0, 1) });
    expect((await listKeys(file))[0]?.revoked_at).toBe('2026-11-24T00:00:00.000Z');
    await expect(revokeKey(file, 'ffffffffffffffff', revocation)).rejects.toThrow('there is no key');
  });

  it('are changed by one command at a time, so that none is lost', async () => {
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => createKey(file, wanted(['*']))));
    const created = results.filter(({ status }) => status === 'fulfilled');
    expect(await listKeys(file)).toHaveLength(created.length);
    expect(created.length).toBeGreaterThan(0);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(InvalidSetting);
  });

  it.each([
    [[''], ['read']],
    [['a*b'], ['read']],
    [[], ['read']],
    [['a'], []],
  ] as const)('are not made for consultations %j and actions %j', async (consultations, actions) => {
    await expect(createKey(file, wanted(consultations, actions))).rejects.toThrow(InvalidSetting);
  });

  it('of a wrong file stop the start, and the message names the place', async () => {
    const { id } = await createKey(file, wanted(['*']));
    writeFileSync(file, readFileSync(file, 'utf8').replace(id, 'nonsense'));
    expect(() => ring()).toThrow('/keys/0/id');
    writeFileSync(file, '{');
    expect(() => ring()).toThrow('is not JSON');
  });
});

describe('isLoopback', () => {
  it.each([
    ['127.0.0.1', true],
    ['127.9.8.7', true],
    ['::1', true],
    ['::ffff:127.0.0.1', true],
    ['10.0.0.1', false],
    ['127.0.0.1.example.org', false],
    ['', false],
  ])('of %s is %s', (address, expected) => {
    expect(isLoopback(address)).toBe(expected);
  });
});
