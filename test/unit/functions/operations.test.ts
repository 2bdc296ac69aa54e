import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createHandler as createFallback } from '../../../functions/fallback.ts';
import { createHandler as createHealth } from '../../../functions/health.ts';
import { createHandler as createMetrics } from '../../../functions/metrics.ts';
import { createHandler as createOpenApi } from '../../../functions/openapi.ts';
import { Unauthenticated } from '../../../shared/domain/errors.ts';
import type { KeyRing } from '../../../shared/http/auth/key-ring.ts';
import { anonymous } from '../../../shared/http/auth/principal.ts';
import { chain, type FunctionHandler } from '../../../shared/http/chain.ts';
import { lazyHandler } from '../../../shared/http/lazy-handler.ts';
import type { HttpRequest } from '../../../shared/http/request.ts';
import { routeKey, routes } from '../../../shared/http/routes.ts';
import { type LogFields, silentLogger } from '../../../shared/telemetry/log.ts';
import { expectDocumented } from './contract.ts';
import { bodyOf, gatewayEvent, type Problem } from './request.ts';

const open: KeyRing = { required: () => false, authenticate: () => anonymous };
const closed: KeyRing = {
  required: () => true,
  authenticate: () => {
    throw new Unauthenticated('Authorization: is missing');
  },
};
const dependencies = { keys: open, logger: silentLogger };
const get = (target: string, sourceIp = '127.0.0.1'): HttpRequest => gatewayEvent({ method: 'GET', target, sourceIp });

const depth = async () => ({ visible: 0, inFlight: 0, delayed: 0 });
const never = (): Promise<never> => new Promise(() => {});
/** Whatever waits for it has waited long enough by the next turn. */
const clock = {
  after: (_ms: number, callback: () => void) => {
    const timer = setImmediate(callback);
    return { cancel: () => clearImmediate(timer) };
  },
};
const broken = async (): Promise<never> => Promise.reject(new Error('no'));

describe('GET /health', () => {
  it('live needs nothing but the process', async () => {
    const health = createHealth({ ...dependencies, queue: { depth: broken }, store: { probe: broken }, clock });
    const answer = await health(get('/health/live'));
    expect([answer.statusCode, bodyOf(answer)]).toEqual([200, { status: 'live' }]);
    expectDocumented(get('/health/live'), answer);
  });

  it.each([
    [depth, async () => {}, 200],
    [broken, async () => {}, 503],
    [depth, broken, 503],
    [depth, never, 503],
    [never, async () => {}, 503],
  ])('ready needs the queue and the store', async (ofQueue, probe, status) => {
    const request = get('/health/ready');
    const answer = await createHealth({ ...dependencies, queue: { depth: ofQueue }, store: { probe }, clock })(request);
    expect(answer.statusCode).toBe(status);
    expectDocumented(request, answer);
    if (status === 503) expect(answer.headers).toHaveProperty('retry-after');
  });
});

describe('GET /metrics', () => {
  it('samples first, then answers text', async () => {
    const steps: string[] = [];
    const metrics = createMetrics({
      ...dependencies,
      sample: async () => void steps.push('sample'),
      metricsText: async () => {
        steps.push('text');
        return 'fi 1\n';
      },
    });
    const answer = await metrics(get('/metrics?whatever=1'));
    expect(answer).toMatchObject({
      statusCode: 200,
      body: 'fi 1\n',
      headers: { 'content-type': expect.stringMatching(/^text\/plain/) },
    });
    expect(steps).toEqual(['sample', 'text']);
    expectDocumented(get('/metrics'), answer);
  });
});

describe('with keys', () => {
  const answerOk: FunctionHandler = () => ({ statusCode: 200, headers: {}, body: '', isBase64Encoded: false });
  const handler = chain(answerOk, { keys: closed, logger: silentLogger });

  it.each([
    ['/health/live', '127.0.0.1', 200],
    ['/metrics', '::1', 200],
    ['/health/live', '10.0.0.1', 401],
    ['/metrics', '10.0.0.1', 401],
    ['/health/ready', '127.0.0.1', 401],
    ['/openapi.json', '127.0.0.1', 401],
    ['/consultations/a/events', '127.0.0.1', 401],
  ])('GET %s from %s without one is a %i', async (target, sourceIp, status) => {
    expect((await handler(get(target, sourceIp))).statusCode).toBe(status);
  });
});

describe('what no route matches', () => {
  const fallback = createFallback(dependencies);
  const sent = (method: string, rawPath: string): HttpRequest => ({
    routeKey: '$default',
    rawPath,
    headers: {},
    requestContext: { requestId: 'r', http: { method, path: rawPath, sourceIp: '127.0.0.1' } },
    isBase64Encoded: false,
  });

  it('is a 404', async () => {
    const answer = await fallback(sent('GET', '/nowhere'));
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([404, 'application/problem+json']);
  });

  it('is a 405 with Allow where another method is served', async () => {
    expect(await fallback(sent('DELETE', '/consultations/a/events'))).toMatchObject({
      statusCode: 405,
      headers: { allow: 'POST, GET' },
    });
  });

  it('is a 400 naming consultation_id for a bad percent-escape', async () => {
    const answer = await fallback(sent('POST', '/consultations/%zz/events'));
    expect([answer.statusCode, bodyOf<Problem>(answer).field]).toEqual([400, 'consultation_id']);
  });

  it('is a 404 also where a gateway saw no route and we do', async () => {
    expect((await fallback(sent('GET', '/health/live'))).statusCode).toBe(404);
  });
});

describe('the chain', () => {
  it('shows nothing of an error that nobody foresaw, and logs it', async () => {
    const logged: (LogFields | undefined)[] = [];
    const handler = chain(
      () => {
        throw new TypeError('secret');
      },
      { keys: open, logger: { ...silentLogger, error: (_, fields) => void logged.push(fields) } },
    );
    const answer = await handler(get('/health/ready'));
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain('secret');
    expect(logged).toMatchObject([{ route: 'GET /health/ready', status: 500, error: { message: 'secret' } }]);
    expectDocumented(get('/health/ready'), answer);
  });

  it('takes its principal from the key alone, whatever the event claims', async () => {
    const handler = chain(
      ({ principal }) => ({ statusCode: 200, headers: {}, body: principal.id, isBase64Encoded: false }),
      dependencies,
    );
    const forged = { ...get('/health/ready'), principal: { id: 'forged', may: () => true } };
    expect((await handler(forged)).body).toBe('anonymous');
  });
});

describe('a lazy handler', () => {
  it('is made once, and again after it could not be made', async () => {
    let made = 0;
    const answer = { statusCode: 200, headers: {}, body: '', isBase64Encoded: false };
    const handler = lazyHandler(async () => {
      if (++made === 1) throw new Error('not yet');
      return async () => answer;
    });
    await expect(handler(get('/metrics'))).rejects.toThrow('not yet');
    expect(await handler(get('/metrics'))).toBe(answer);
    await handler(get('/metrics'));
    expect(made).toBe(2);
  });
});

describe('the table of routes', () => {
  it('is what GET /openapi.json documents', async () => {
    const answer = await createOpenApi(dependencies)(get('/openapi.json'));
    expectDocumented(get('/openapi.json'), answer);
    const { openapi, paths } = bodyOf<{ openapi: string; paths: Record<string, Record<string, object>> }>(answer);
    expect(openapi).toMatch(/^3\.1\./);
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(operations.sort()).toEqual(routes.map(routeKey).sort());
  });

  it('is what serverless.yml deploys, function by function', () => {
    const text = readFileSync(fileURLToPath(new URL('../../../serverless.yml', import.meta.url)), 'utf8');
    const deployed: string[] = [];
    let name = '';
    for (const line of text.slice(text.indexOf('\nfunctions:')).split('\n')) {
      name = /^ {2}(\w+):$/.exec(line)?.[1] ?? name;
      const event = /^ +- httpApi: ["']?([^"']+)["']?$/.exec(line)?.[1];
      if (event !== undefined) deployed.push(`${name} ${event}`);
    }
    const expected = [...routes.map((route) => `${route.function} ${routeKey(route)}`), 'fallback *'];
    expect(deployed.sort()).toEqual(expected.sort());
  });
});
