import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, createApi } from './api/api.ts';
import { loadContract } from './api/contract.ts';
import { eventsPath, eventText, newConsultation } from './api/events.ts';
import { eventually } from './api/eventually.ts';
import { metricSum, readMetrics } from './api/metrics.ts';
import { connectRaw } from './api/raw-socket.ts';
import type { LocalHost } from './hosts/host.ts';
import { startNpmHost } from './hosts/npm-start.ts';

const requestTimeoutMs = 1_000;

let host: LocalHost;
let api: Api;

beforeAll(async () => {
  host = await startNpmHost({ FI_REQUEST_TIMEOUT_MS: String(requestTimeoutMs) });
  api = createApi(host.baseUrl, await loadContract(host.baseUrl));
});
afterAll(() => host.stop());

const head = (contentLength: number): string =>
  `POST ${eventsPath(newConsultation())} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${contentLength}\r\n\r\n`;

const failures = async (): Promise<number> => metricSum(await readMetrics(api), 'fi_events_failed_total');

/** Does something, and waits until it has been counted as a failure. */
const countedAsFailure = async (misbehave: () => Promise<void>): Promise<void> => {
  const before = await failures();
  await misbehave();
  await eventually('the failure to be counted', async () => ((await failures()) > before ? true : undefined));
};

describe('on the wire', () => {
  it('a client that never finishes its body gets a 408 and is counted', async () => {
    await countedAsFailure(async () => {
      const client = await connectRaw(host.port);
      client.write(`${head(500)}{"event_type":`);
      const answer = await client.closed();
      expect(answer).toMatch(/^HTTP\/1\.1 408 /);
      expect(answer).toMatch(/application\/problem\+json/i);
      expect(answer).toContain('"status":408');
    });
  });

  it('a client that never finishes its head gets a 408 too', async () => {
    const client = await connectRaw(host.port);
    client.write('POST /events HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('a client that breaks off in the middle is counted, stores nothing and disturbs nobody', async () => {
    await countedAsFailure(async () => {
      const client = await connectRaw(host.port);
      client.write(`${head(500)}${eventText('{"half":')}`);
      client.abort();
    });
    expect((await api.get('/health/live')).status).toBe(200);
  });

  it.each([
    ['no HTTP at all', 'GARBAGE\r\n\r\n', 400],
    ['a length that is no number', 'POST /events HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n', 400],
    ['two lengths', 'POST /events HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx', 400],
    [
      'a length and chunks at once',
      'POST /events HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['headers without end', `GET /events HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(100_000)}\r\n\r\n`, 431],
  ])('%s is answered as a problem', async (_, bytes, status) => {
    const client = await connectRaw(host.port);
    client.write(bytes);
    const answer = await client.closed();
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toMatch(/content-type: application\/problem\+json/i);
    expect(answer).toContain(`"status":${status}`);
  });

  it('a target that is too long is refused', async () => {
    const answer = await api.send({ path: `/consultations/x/events?after=${'a'.repeat(9_000)}` });
    expect([400, 414]).toContain(answer.status);
  });

  it('a body that is too large is refused before it has all been sent', async () => {
    const client = await connectRaw(host.port);
    client.write(`${head(host.maxBodyBytes + 1)}{`);
    const answer = await eventually('the answer', () =>
      client.received().includes('\r\n\r\n') ? client.received() : undefined,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    client.abort();
  });

  it('a client that asks before it sends is told to go on', async () => {
    const client = await connectRaw(host.port);
    const body = eventText('{}');
    client.write(head(body.length).replace('\r\n\r\n', '\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n'));
    await eventually('100 Continue', () => (client.received().startsWith('HTTP/1.1 100 ') ? true : undefined));
    client.write(body);
    expect(await client.closed()).toContain('HTTP/1.1 202 ');
  });
});
