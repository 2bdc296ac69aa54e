import { describe, expect, it } from 'vitest';
import { Unauthenticated, UnknownEvent } from '../../../shared/domain/errors.ts';
import { isFromTrustedIssuer } from '../../../shared/http/auth/gateway-authorizer.ts';
import { anonymous } from '../../../shared/http/auth/principal.ts';
import { chain } from '../../../shared/http/chain.ts';
import { requestOfEvent } from '../../../shared/http/gateway/request-of-event.ts';
import { lazyHandler } from '../../../shared/http/lazy-handler.ts';
import { silentLogger } from '../../../shared/telemetry/log.ts';
import { bodyOf, gatewayEvent, type Problem } from '../functions/request.ts';

/** What a REST API on LocalStack 4.14.0 sent, as it was. */
const restEvent = {
  resource: '/consultations/{id}/events',
  path: '/consultations/caf%C3%A9%2050%25/events',
  httpMethod: 'GET',
  headers: { Accept: 'text/x', Authorization: 'Bearer x', Host: '127.0.0.1:4566', 'X-Dup': 'b' },
  multiValueHeaders: {
    Accept: ['application/json', 'text/x'],
    Authorization: ['Bearer x'],
    Host: ['127.0.0.1:4566'],
    'X-Dup': ['a', 'b'],
  },
  queryStringParameters: { limit: '2', after: 'a+b c&' },
  multiValueQueryStringParameters: { limit: ['1', '2'], after: ['a+b c&'] },
  pathParameters: { id: 'caf%C3%A9%2050%25' },
  stageVariables: null,
  requestContext: {
    resourcePath: '/consultations/{id}/events',
    httpMethod: 'GET',
    path: '/local/consultations/caf%C3%A9%2050%25/events',
    stage: 'local',
    requestId: '36b5ac8e-9f12-4a61-a0a1-8dcb33d1d1a2',
    identity: { sourceIp: '127.0.0.1', userAgent: 'curl', userArn: null, accessKey: null },
  },
  body: null,
  isBase64Encoded: false,
};

/** What an HTTP API on MiniStack 1.5.33 sent. */
const httpApiEvent = {
  version: '2.0',
  routeKey: 'GET /consultations/{id}/events',
  rawPath: '/consultations/café 50%25/events',
  rawQueryString: 'limit=1',
  headers: { host: 'x.execute-api.localhost:4566', authorization: 'Bearer x', 'content-length': '0' },
  requestContext: {
    requestId: 'f8d93e42-6fe1-4ca8-8287-4fb2dc334cbc',
    http: {
      method: 'GET',
      path: '/consultations/café 50%25/events',
      protocol: 'HTTP/1.1',
      sourceIp: '127.0.0.1',
      userAgent: '',
    },
    routeKey: 'GET /consultations/{id}/events',
    stage: '$default',
  },
  pathParameters: { id: 'café 50%25' },
  isBase64Encoded: false,
};

const authenticateTrusted = {
  required: () => false,
  authenticate: (_: string | undefined, trusted?: boolean) => {
    if (trusted) return anonymous;
    throw new Unauthenticated('Authorization: is missing.');
  },
};
const answerId = chain(
  ({ consultationId }) => ({ statusCode: 200, headers: {}, body: consultationId ?? '', isBase64Encoded: false }),
  { keys: authenticateTrusted, logger: silentLogger, jwtIssuer: 'https://issuer.example' },
);
const invoke = lazyHandler(async () => answerId);

describe('an event of a REST API', () => {
  it('becomes the request that was sent', () => {
    expect(requestOfEvent(restEvent)).toEqual({
      routeKey: 'GET /consultations/{id}/events',
      rawPath: '/consultations/caf%C3%A9%2050%25/events',
      rawQueryString: 'limit=1&limit=2&after=a%2Bb%20c%26',
      headers: {
        accept: 'application/json,text/x',
        authorization: 'Bearer x',
        host: '127.0.0.1:4566',
        'x-dup': 'a,b',
      },
      pathParameters: { id: 'café 50%' },
      requestContext: {
        requestId: '36b5ac8e-9f12-4a61-a0a1-8dcb33d1d1a2',
        http: { method: 'GET', path: '/consultations/caf%C3%A9%2050%25/events', sourceIp: '127.0.0.1' },
      },
      body: undefined,
      isBase64Encoded: false,
    });
  });

  it('of no route, with nothing in it, is still a request', () => {
    const bare = {
      resource: '/{proxy+}',
      path: '/nowhere',
      httpMethod: 'PUT',
      headers: null,
      multiValueHeaders: null,
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      pathParameters: { proxy: 'nowhere' },
      requestContext: restEvent.requestContext,
      body: null,
    };
    expect(requestOfEvent(bare)).toMatchObject({
      routeKey: '$default',
      rawPath: '/nowhere',
      rawQueryString: '',
      headers: {},
      pathParameters: {},
      isBase64Encoded: false,
    });
  });

  it('with single values only has those, and with both has each once', () => {
    const { multiValueHeaders: _, multiValueQueryStringParameters: __, ...single } = restEvent;
    expect(requestOfEvent(single)).toMatchObject({
      headers: { accept: 'text/x', 'x-dup': 'b' },
      rawQueryString: 'limit=2&after=a%2Bb%20c%26',
    });
    // serverless-offline fills in headers in one of the two places only.
    const filledIn = { ...restEvent, headers: { 'Content-Length': '7', Accept: 'text/x' } };
    expect(requestOfEvent(filledIn).headers).toMatchObject({
      'content-length': '7',
      accept: 'application/json,text/x',
    });
  });

  it('with a parameter given twice is refused, as where the query came as it was sent', async () => {
    const answer = await invoke(restEvent);
    expect([answer.statusCode, bodyOf<Problem>(answer).field]).toEqual([400, 'limit']);
  });

  it('joins a header that came in different letters', () => {
    const headers = { multiValueHeaders: { 'X-Dup': ['a'], 'x-dup': ['b', 'c'] }, headers: null };
    expect(requestOfEvent({ ...restEvent, ...headers }).headers).toEqual({ 'x-dup': 'a,b,c' });
  });

  it('leaves alone what serverless-offline has decoded', () => {
    const event = { ...restEvent, path: '/consultations/a%2541/events', pathParameters: { id: 'a%41' } };
    expect(requestOfEvent(event).pathParameters).toEqual({ id: 'a%41' });
  });

  it('and of an HTTP API that is told to send format 1.0, which says so, is decoded as that does it', () => {
    const event = {
      ...restEvent,
      version: '1.0',
      path: '/local/consultations/50%25 %zz/events',
      pathParameters: { id: '50%25 %zz' },
    };
    expect(requestOfEvent(event).pathParameters).toEqual({ id: '50% %zz' });
  });
});

describe('an event of an HTTP API', () => {
  it('becomes the request that was sent', () => {
    expect(requestOfEvent(httpApiEvent)).toMatchObject({
      routeKey: 'GET /consultations/{id}/events',
      rawQueryString: 'limit=1',
      pathParameters: { id: 'café 50%' },
      requestContext: { http: { method: 'GET', sourceIp: '127.0.0.1' } },
    });
  });

  it('has null where serverless-offline has nothing', () => {
    const event = { ...httpApiEvent, routeKey: '$default', pathParameters: null, body: null };
    expect(requestOfEvent(event)).toMatchObject({ pathParameters: {}, body: undefined });
  });
});

it('a request of our own host passes as it is, an escaped percent sign included', () => {
  const request = gatewayEvent({ method: 'GET', target: '/consultations/a%2525b/events?limit=1' });
  expect(requestOfEvent(request)).toEqual(request);
  expect(requestOfEvent(request).pathParameters).toEqual({ id: 'a%25b' });
});

describe('what is no event of a gateway', () => {
  it.each([
    ['an SQS batch', { Records: [] }, 'Records'],
    ["the console's test event", { key1: 'value1' }, 'key1'],
    [
      'a load balancer',
      { requestContext: { elb: {} }, httpMethod: 'GET', path: '/', headers: {}, body: '' },
      'requestContext, httpMethod',
    ],
    ['nothing', undefined, 'undefined'],
    ['a text', 'x', 'string'],
    ['a REST event without an identity', { ...restEvent, requestContext: { requestId: 'r' } }, 'resource'],
    [
      'an HTTP API event without a source',
      { ...httpApiEvent, requestContext: { requestId: 'r', http: {} } },
      'version',
    ],
  ])('%s is an error that says what came', async (_, event, named) => {
    const handler = lazyHandler(async () => Promise.reject(new Error('must not be asked')));
    await expect(handler(event)).rejects.toThrow(UnknownEvent);
    await expect(handler(event)).rejects.toThrow(named);
  });
});

describe('an id that a gateway did not hand over whole', () => {
  it.each([
    ['a broken escape, raw', { ...restEvent, path: '/consultations/a%zz/events', pathParameters: { id: 'a%zz' } }],
    ['no UTF-8, raw', { ...restEvent, path: '/consultations/a%C3%28/events', pathParameters: { id: 'a%C3%28' } }],
    [
      'no UTF-8, decoded as U+FFFD',
      { ...httpApiEvent, rawPath: '/consultations/a\u{FFFD}(/events', pathParameters: { id: 'a\u{FFFD}(' } },
    ],
  ])('%s, is a 400 that names it', async (_, event) => {
    const answer = await invoke(event);
    expect([answer.statusCode, bodyOf<Problem>(answer).field]).toEqual([400, 'consultation_id']);
  });
});

describe('who comes from elsewhere without a key', () => {
  const from = (authorizer: unknown) => ({
    ...httpApiEvent,
    requestContext: {
      ...httpApiEvent.requestContext,
      ...(authorizer === undefined ? {} : { authorizer }),
      http: { ...httpApiEvent.requestContext.http, sourceIp: '203.0.113.7' },
    },
  });

  it.each([
    [undefined, 401],
    [null, 401],
    [{}, 401],
    [{ jwt: {} }, 401],
    [{ jwt: { claims: {}, scopes: null } }, 401],
    [{ jwt: { claims: { iss: 'https://other.example' } } }, 401],
    [{ claims: { iss: 'https://issuer.example' }, principalId: 'x' }, 401],
    [{ jwt: { claims: { iss: 'https://issuer.example' } } }, 200],
  ])('with the authoriser %j is answered with %i', async (authorizer, status) => {
    expect((await invoke(from(authorizer))).statusCode).toBe(status);
  });

  it('is not let in by what a REST event says of an authoriser', async () => {
    const { requestContext } = restEvent;
    const event = {
      ...restEvent,
      requestContext: {
        ...requestContext,
        identity: { ...requestContext.identity, sourceIp: '203.0.113.7' },
        authorizer: { jwt: { claims: { iss: 'https://issuer.example' } } },
      },
    };
    expect((await invoke(event)).statusCode).toBe(401);
  });

  it('is trusted by no issuer where none is set', () => {
    expect(isFromTrustedIssuer({ jwt: { claims: { iss: undefined } } }, undefined)).toBe(false);
  });
});
