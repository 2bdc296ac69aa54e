import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createApi } from './api/api.ts';
import { loadContract } from './api/contract.ts';
import { eventsPath, eventText, newConsultation } from './api/events.ts';
import { eventually } from './api/eventually.ts';
import { metricSum, readMetrics } from './api/metrics.ts';
import { connectRaw } from './api/raw-socket.ts';
import { type LocalHost, repository } from './hosts/host.ts';
import { startNpmHost } from './hosts/npm-start.ts';
import { startServerlessOffline } from './hosts/serverless-offline.ts';
import { feedSuite } from './suite/feed.ts';

const soon = { FI_SEAL_AGE_MS: '100', FI_SEAL_INTERVAL_MS: '100', FI_STREAM_POLL_MS: '50' };

feedSuite('npm start', { start: () => startNpmHost(soon), sealedWithinMs: 30_000, goesOn: true });
// Its schedule, like that on AWS, knows no less than a minute.
feedSuite('sls offline', { start: () => startServerlessOffline(soon), sealedWithinMs: 130_000, goesOn: false });

describe('streams of npm start', () => {
  let host: LocalHost | undefined;
  afterEach(() => host?.stop());

  it('are let go when their client leaves, and end in order on SIGTERM', async () => {
    host = await startNpmHost({ ...soon, FI_STREAM_HEARTBEAT_MS: '100' });
    const api = createApi(host.baseUrl, await loadContract(host.baseUrl));
    await api.post(eventsPath(newConsultation()), eventText('{"n":1}'));
    const call = 'GET /events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n';
    const [reading, leaving] = [await connectRaw(host.port), await connectRaw(host.port)];
    for (const client of [reading, leaving]) client.write(call);
    for (const client of [reading, leaving]) {
      await eventually('the event and a comment', () =>
        /"n":1[\s\S]*: still here/.test(client.received()) ? true : undefined,
      );
    }
    expect(metricSum(await readMetrics(api), 'fi_streams')).toBe(2);
    leaving.abort();
    await eventually('one stream to be closed', async () =>
      metricSum(await readMetrics(api), 'fi_streams') === 1 ? true : undefined,
    );
    expect(await host.terminate()).toEqual({ code: 0, signal: null });
    // The last chunk: an end, and not a break.
    expect(await reading.closed()).toMatch(/\r\n0\r\n\r\n$/);
  });

  it('and of keys: a key gets what it may read, and its streams end when it is revoked', async () => {
    const started = await startNpmHost(soon);
    host = started;
    const contract = await loadContract(started.baseUrl);
    const fi = (...words: readonly string[]): string =>
      execFileSync(
        path.join(repository, 'node_modules/.bin/node'),
        [path.join(repository, 'localstack/cli/fi.mjs'), ...words],
        {
          encoding: 'utf8',
          env: { PATH: process.env.PATH, FI_KEYS_FILE: started.keysFile },
          stdio: ['ignore', 'pipe', 'ignore'],
        },
      ).trim();
    const [mine, others] = [newConsultation(), newConsultation()];
    const everyKey = fi('key', 'create', '--consultations', '*', '--actions', 'append,read');
    const myKey = fi('key', 'create', '--consultations', mine, '--actions', 'read');
    const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
    const all = createApi(started.baseUrl, contract, bearer(everyKey));
    const own = createApi(started.baseUrl, contract, bearer(myKey));
    await eventually('the keys to count', async () => ((await own.get('/events')).status === 200 ? true : undefined));
    const stream = await connectRaw(started.port);
    stream.write(
      `GET /events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nAuthorization: Bearer ${myKey}\r\n\r\n`,
    );
    await all.post(eventsPath(others), eventText('{"whose":"others"}'));
    await all.post(eventsPath(mine), eventText('{"whose":"mine"}'));
    await eventually('my event', () => (stream.received().includes('"whose":"mine"') ? true : undefined));
    expect(stream.received()).not.toContain('"whose":"others"');
    const shown = (await own.get('/events')).json<{ events: { consultation_id: string }[] }>();
    expect(shown.events.map(({ consultation_id }) => consultation_id)).toEqual([mine]);
    fi('key', 'revoke', (/^fi_([^_]+)_/.exec(myKey) ?? [])[1] ?? '');
    await eventually('the key to be worth nothing', async () =>
      (await own.get('/events')).status === 401 ? true : undefined,
    );
    await all.post(eventsPath(mine), eventText('{"whose":"mine, too late"}'));
    await eventually('the stream to end', () => (stream.received().endsWith('\r\n0\r\n\r\n') ? true : undefined));
    expect(stream.received()).not.toContain('too late');
  });
});
