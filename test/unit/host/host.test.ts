import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Counter, Registry } from 'prom-client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createDispatch } from '../../../localstack/host/dispatch.ts';
import { type Host, startHost } from '../../../localstack/host/host.ts';
import { requireLoopbackWithoutKeys } from '../../../localstack/host/loopback-only.ts';
import { renderMetrics, snapshotOf } from '../../../localstack/host/metrics-snapshot.ts';
import { openQueues } from '../../../localstack/host/queues.ts';
import { startFailure } from '../../../localstack/host/start-failure.ts';
import { type Config, loadConfig } from '../../../shared/config.ts';
import { InvalidSetting } from '../../../shared/domain/errors.ts';
import type { HttpHandler } from '../../../shared/http/chain.ts';
import { type HttpRequest, jsonAnswer } from '../../../shared/http/request.ts';
import { silentLogger } from '../../../shared/telemetry/log.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'fi-host-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const variablesOf = (settings: Record<string, string> = {}): Record<string, string> => ({
  FI_HTTP_PORT: '0',
  FI_QUEUE_PORT: '0',
  FI_STORE_DIR: path.join(folder, 'store'),
  FI_QUEUE_DIR: path.join(folder, 'queue'),
  FI_KEYS_FILE: path.join(folder, 'keys.json'),
  FI_SIGNING_KEY_FILE: path.join(folder, 'signing-key'),
  FI_QUEUE_SEGMENT_BYTES: String(4 * 1024 ** 2),
  FI_QUEUE_MAX_BYTES: String(64 * 1024 ** 2),
  FI_LOG_LEVEL: 'silent',
  ...settings,
});

const configOf = (settings: Record<string, string> = {}): Config => loadConfig(variablesOf(settings));

const start = (settings: Record<string, string> = {}): Promise<Host> =>
  startHost({ config: configOf(settings), variables: variablesOf(settings), logger: silentLogger });

/** Asks again until the event is there; the test's own timeout is the limit. */
const untilStored = async (url: string): Promise<string> => {
  for (;;) {
    const answer = await fetch(url);
    const text = await answer.text();
    if (answer.status === 200) return text;
  }
};

test('a host takes an event, stores it, gives it back, and ends in order', async () => {
  const host = await start();
  const answer = await fetch(`${host.url}/consultations/a/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"event_type":"A","payload":{"x":1.0}}',
  });
  expect(answer.status).toBe(202);
  const { event_id: eventId } = (await answer.json()) as { event_id: string };
  expect(await untilStored(`${host.url}/consultations/a/events/${eventId}`)).toContain('"payload":{"x":1.0}');
  expect(await (await fetch(`${host.url}/metrics`)).text()).toMatch(/^fi_events_appended_total 1$/m);
  expect(await host.drain()).toBe(true);
  await expect(fetch(host.url)).rejects.toThrow();
  // The queue's folder is free again.
  const queues = await openQueues(configOf(), silentLogger);
  await queues.close();
});

test('a start that fails at its last step lets go of all that was started before', async () => {
  const first = await start();
  const port = new URL(first.url).port;
  const settings = { FI_HTTP_PORT: port, FI_QUEUE_DIR: path.join(folder, 'other') };
  const config = configOf(settings);
  const error: unknown = await start(settings).catch((reason: unknown) => reason);
  expect(startFailure(error, config)).toEqual([
    `127.0.0.1:${port} is taken: stop what uses it, or set FI_HTTP_PORT to another port.`,
  ]);
  const queues = await openQueues(config, silentLogger);
  await queues.close();
  await first.drain();
});

test('without keys nothing but the loopback is served', async () => {
  const refusal = expect(start({ FI_HTTP_HOST: '0.0.0.0' })).rejects;
  await refusal.toThrow('FI_HTTP_HOST=0.0.0.0: without API keys only a loopback address');
});

test.each([
  ['127.0.0.1', true],
  ['127.8.9.10', true],
  ['::1', true],
  ['localhost', true],
  ['0.0.0.0', false],
  ['::', false],
  ['192.168.1.7', false],
  ['no-such-host.invalid', false],
])('without keys %s is fine: %s', async (host, fine) => {
  const required = requireLoopbackWithoutKeys(host, false);
  if (fine) await required;
  else await expect(required).rejects.toBeInstanceOf(InvalidSetting);
  await requireLoopbackWithoutKeys(host, true);
});

test('a wrong policy file stops the start with a line a problem', async () => {
  const policy = path.join(folder, 'policy.json');
  writeFileSync(policy, '{"version":2}');
  const settings = { FI_POLICY_FILE: policy };
  const error: unknown = await start(settings).catch((reason: unknown) => reason);
  const lines = startFailure(error, configOf(settings));
  expect(lines.length).toBeGreaterThan(1);
  for (const line of lines) expect(line).toContain(policy);
});

test('an error that nobody foresaw is shown with its stack', () => {
  expect(startFailure(new TypeError('odd'), configOf())[0]).toContain('host.test.ts');
  expect(startFailure('odd', undefined)).toEqual(['odd']);
});

/** Functions that tell which of them was called, and with what. */
const echo = () => {
  const requests: HttpRequest[] = [];
  const named =
    (name: string): HttpHandler =>
    async (request) => {
      requests.push(request);
      return jsonAnswer(200, { name });
    };
  const functions = {
    ingest: named('ingest'),
    read: named('read'),
    replay: named('replay'),
    health: named('health'),
    metrics: named('metrics'),
    openapi: named('openapi'),
    fallback: named('fallback'),
  };
  return { requests, functions };
};

const raw = (method: string, target: string, body: Buffer = Buffer.alloc(0)) => ({
  id: 'r-1',
  method,
  target,
  headers: { 'content-type': 'application/json' },
  body,
  sourceIp: '127.0.0.1',
});

test.each([
  ['POST', '/consultations/a%20b/events', 'ingest'],
  ['POST', '/events', 'ingest'],
  ['GET', '/consultations/a/events?limit=2', 'read'],
  ['GET', '/quarantine?limit=2', 'replay'],
  ['GET', '/quarantine/0123', 'replay'],
  ['POST', '/quarantine/retry', 'replay'],
  ['POST', '/quarantine/discard', 'replay'],
  ['POST', '/quarantine/0123', 'fallback'],
  ['GET', '/health/live', 'health'],
  ['GET', '/metrics', 'metrics'],
  ['GET', '/openapi.json', 'openapi'],
  ['GET', '/nothing', 'fallback'],
  ['DELETE', '/events', 'fallback'],
  ['HEAD', '/events', 'fallback'],
  ['OPTIONS', '*', 'fallback'],
  ['GET', '/consultations/%ZZ/events', 'fallback'],
])('%s %s goes to %s', async (method, target, name) => {
  const { functions } = echo();
  const dispatch = createDispatch({ functions, isDraining: () => false, failed: () => {}, logger: silentLogger });
  expect(JSON.parse((await dispatch(raw(method, target))).body)).toEqual({ name });
});

test('a function gets what API Gateway would give it', async () => {
  const { functions, requests } = echo();
  const dispatch = createDispatch({ functions, isDraining: () => false, failed: () => {}, logger: silentLogger });
  const text = '\ufeff{"a":"é😀"}';
  await dispatch(raw('POST', '/consultations/a%20b/events?x=%20', Buffer.from(text)));
  expect(requests[0]).toEqual({
    routeKey: 'POST /consultations/{id}/events',
    rawPath: '/consultations/a%20b/events',
    rawQueryString: 'x=%20',
    headers: { 'content-type': 'application/json' },
    pathParameters: { id: 'a b' },
    requestContext: {
      requestId: 'r-1',
      http: { method: 'POST', path: '/consultations/a%20b/events', sourceIp: '127.0.0.1' },
    },
    body: text,
    isBase64Encoded: false,
  });
  await dispatch(raw('POST', '/events', Buffer.from([0x22, 0xff, 0x22])));
  expect(requests[1]).toMatchObject({ body: 'Iv8i', isBase64Encoded: true });
});

test('while it drains a host refuses with 503, but can be looked at', async () => {
  const failures: string[] = [];
  const { functions } = echo();
  const dispatch = createDispatch({
    functions,
    isDraining: () => true,
    failed: (errorType) => failures.push(errorType),
    logger: silentLogger,
  });
  for (const [method, target] of [
    ['POST', '/events'],
    ['GET', '/health/ready'],
    ['GET', '/consultations/a/events'],
  ] as const) {
    const { statusCode, headers, body } = await dispatch(raw(method, target));
    expect(statusCode).toBe(503);
    expect(headers['retry-after']).toMatch(/^\d+$/);
    expect(JSON.parse(body).type).toBe('urn:fi-events:problem:shutting-down');
  }
  expect(failures).toEqual(['ShuttingDown', 'ShuttingDown', 'ShuttingDown']);
  expect((await dispatch(raw('GET', '/health/live'))).statusCode).toBe(200);
  expect((await dispatch(raw('GET', '/metrics'))).statusCode).toBe(200);
});

test('a function that throws where the chain cannot catch it is a 500', async () => {
  const { functions } = echo();
  const broken: HttpHandler = async () => {
    throw new TypeError('odd');
  };
  const dispatch = createDispatch({
    functions: { ...functions, ingest: broken },
    isDraining: () => false,
    failed: () => {},
    logger: silentLogger,
  });
  const { statusCode, body } = await dispatch(raw('POST', '/events'));
  expect(statusCode).toBe(500);
  expect(body).not.toContain('odd');
});

test('metrics of several threads are added up', async () => {
  const counted = async (value: number) => {
    const registry = new Registry();
    new Counter({ name: 'fi_x_total', help: 'x', registers: [registry] }).inc(value);
    return snapshotOf(registry);
  };
  expect(await renderMetrics([await counted(1), await counted(41), []])).toContain('fi_x_total 42');
});
