import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, createApi } from './api/api.ts';
import { type Contract, loadContract } from './api/contract.ts';
import { type AcceptedBatch, eventsPath, eventText, newConsultation, type Problem } from './api/events.ts';
import { eventually } from './api/eventually.ts';
import { type LocalHost, repository } from './hosts/host.ts';
import { startNpmHost } from './hosts/npm-start.ts';

let host: LocalHost;
let contract: Contract;
const mine = newConsultation();
const others = newConsultation();

/** Runs the `fi` command against the host's keys. @returns what it wrote to standard output */
const fi = (...words: readonly string[]): string =>
  execFileSync(
    path.join(repository, 'node_modules/.bin/node'),
    [path.join(repository, 'localstack/cli/fi.mjs'), ...words],
    {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, FI_KEYS_FILE: host.keysFile },
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  ).trim();

const withKey = (key: string): Api => createApi(host.baseUrl, contract, { authorization: `Bearer ${key}` });
const withoutKey = (): Api => createApi(host.baseUrl, contract);

const postStatus = async (api: Api, consultationId = mine): Promise<number> =>
  (await api.post(eventsPath(consultationId), eventText('{}'))).status;

/**
 * Waits until an append is answered by a status, and until the store's thread, which reads the keys for itself and may know a new one
 * a second later, knows the key or that it is none too.
 */
const untilStatus = (api: Api, status: number): Promise<true> =>
  eventually(`the answer ${status}`, async () => {
    if ((await postStatus(api)) !== status) return undefined;
    const isUnknown = (await api.get('/quarantine')).status === 401;
    return isUnknown === (status === 401) ? true : undefined;
  });

beforeAll(async () => {
  host = await startNpmHost();
  contract = await loadContract(host.baseUrl);
});
afterAll(() => host.stop());

describe('API keys', () => {
  it('are needed from the first one on, without a restart, and open what they were made for', async () => {
    expect(await postStatus(withoutKey())).toBe(202);
    const key = fi('key', 'create', '--consultations', `${mine}*`, '--actions', 'append,read');
    await untilStatus(withoutKey(), 401);

    const api = withKey(key);
    expect(await postStatus(api)).toBe(202);
    expect((await api.get(`${eventsPath(mine)}?unsealed=true`)).status).toBe(200);
    const refused = await api.post(eventsPath(others), eventText('{}'));
    expect(refused.status).toBe(403);
    expect((await api.get(`${eventsPath(others)}?unsealed=true`)).status).toBe(403);
    expect((await withoutKey().get(`${eventsPath(mine)}?unsealed=true`)).status).toBe(401);
    expect(readFileSync(host.keysFile, 'utf8')).not.toContain(key);
  });

  it('are asked for by their header', async () => {
    const answer = await withoutKey().post(eventsPath(mine), eventText('{}'));
    expect(answer.status).toBe(401);
    expect(answer.json<Problem>().field).toBe('Authorization');
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
    expect(await postStatus(withKey('no such key'))).toBe(401);
  });

  it('authorise each event of a batch by itself', async () => {
    const api = withKey(fi('key', 'create', '--consultations', mine));
    const lines = [mine, others, mine].map((consultation_id) => eventText('{}', { consultation_id }));
    await untilStatus(api, 202);
    const batch = (await api.postLines('/events', lines)).json<AcceptedBatch>();
    expect(batch.accepted).toBe(2);
    expect(batch.rejected.map(({ index, problem }) => [index, problem.status])).toEqual([[1, 403]]);
  });

  it('allow the actions that they name', async () => {
    const reader = withKey(fi('key', 'create', '--consultations', '*', '--actions', 'read'));
    await untilStatus(reader, 403);
    expect((await reader.get(`${eventsPath(others)}?unsealed=true`)).status).toBe(200);
  });

  it('that may replay see the letters of their consultations', async () => {
    const replayer = withKey(fi('key', 'create', '--consultations', `${mine}*`, '--actions', 'replay'));
    await untilStatus(replayer, 403);
    expect((await replayer.get('/quarantine')).status).toBe(200);
    expect((await replayer.get(`/quarantine?consultation=${others}`)).status).toBe(403);
    const reader = withKey(fi('key', 'create', '--consultations', '*', '--actions', 'read,append'));
    await untilStatus(reader, 202);
    expect((await reader.get('/quarantine')).status).toBe(403);
    expect((await reader.post('/quarantine/retry', '{"all":true}')).status).toBe(403);
    expect((await withoutKey().get('/quarantine')).status).toBe(401);
  });

  it('end when they are revoked, without a restart', async () => {
    const key = fi('key', 'create', '--consultations', mine);
    const [, id = ''] = key.split('_');
    const api = withKey(key);
    await untilStatus(api, 202);
    expect(fi('key', 'list')).toContain(id);
    fi('key', 'revoke', id);
    await untilStatus(api, 401);
  });

  it('are not needed for liveness and metrics on the loopback', async () => {
    expect((await withoutKey().get('/health/live')).status).toBe(200);
    expect((await withoutKey().get('/metrics')).status).toBe(200);
    expect((await withoutKey().get('/health/ready')).status).toBe(401);
  });
});
