import { describe, expect, it } from 'vitest';
import { bodyFormat, bodyText } from '../../../shared/http/body.ts';
import { matchRoute, tryMatchRoute } from '../../../shared/http/match.ts';
import { pageQuery, parseQuery } from '../../../shared/http/query.ts';
import { pageForm } from '../../../shared/http/read/accept.ts';
import { type HttpRequest, headerOf } from '../../../shared/http/request.ts';

const request = (body: string | undefined, isBase64Encoded = false): HttpRequest => ({
  routeKey: 'POST /events',
  rawPath: '/events',
  headers: {},
  requestContext: { requestId: 'r', http: { method: 'POST', path: '/events', sourceIp: '127.0.0.1' } },
  body,
  isBase64Encoded,
});
const base64 = (...bytes: readonly number[]): HttpRequest => request(Buffer.from(bytes).toString('base64'), true);

describe('matchRoute', () => {
  it.each([
    ['POST', '/consultations/c%C3%B1%2Fx/events', 'POST /consultations/{id}/events', { id: 'cñ/x' }],
    ['GET', '/consultations/a/events', 'GET /consultations/{id}/events', { id: 'a' }],
    ['GET', '/consultations/a+b/events/X', 'GET /consultations/{id}/events/{event_id}', { id: 'a+b', event_id: 'X' }],
    ['POST', '/events', 'POST /events', {}],
    ['GET', '/health/live', 'GET /health/live', {}],
  ])('%s %s is %s', (method, path, key, pathParameters) => {
    expect(matchRoute(method, path)).toMatchObject({ key, pathParameters });
  });

  it.each([
    ['GET', '/', { status: 404 }],
    ['GET', '/consultations/a', { status: 404 }],
    ['POST', '/events/', { status: 404 }],
    ['GET', '/EVENTS', { status: 404 }],
    ['PUT', '/consultations/a/events', { status: 405, allow: ['POST', 'GET'] }],
    ['PUT', '/events', { status: 405, allow: ['POST', 'GET'] }],
    ['HEAD', '/health/live', { status: 405, allow: ['GET'] }],
    ['POST', '/consultations/%zz/events', { status: 400, field: 'consultation_id' }],
    ['POST', '/consultations/%C3%28/events', { status: 400, field: 'consultation_id' }],
    ['GET', '/consultations/a/events/%', { status: 400, field: 'event_id' }],
  ])('refuses %s %s', (method, path, error) => {
    expect(tryMatchRoute(method, path)).toMatchObject(error);
  });
});

describe('the query', () => {
  const known = ['after', 'limit', 'type', 'unsealed'];
  const read = (text: string) => pageQuery(parseQuery(text, known));

  it('has defaults, and reads what is given', () => {
    expect(read('')).toEqual({ after: undefined, limit: 100, eventType: undefined, includeUnsealed: false });
    expect(read('limit=1000&type=A_B&unsealed=true&after=a%2Bb+c')).toEqual({
      after: 'a+b c',
      limit: 1_000,
      eventType: 'A_B',
      includeUnsealed: true,
    });
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=1001', 'limit'],
    ['limit=-1', 'limit'],
    ['limit=1.5', 'limit'],
    ['limit=1e2', 'limit'],
    ['limit=', 'limit'],
    ['limit=%20', 'limit'],
    ['limit=1&limit=1', 'limit'],
    ['type=lower', 'type'],
    ['unsealed=yes', 'unsealed'],
    ['unsealed', 'unsealed'],
    ['after=', 'after'],
    ['after=%zz', 'after'],
    ['colour=red', 'colour'],
    ['%zz=1', 'query'],
  ])('refuses ?%s and names %s', (text, field) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ tag: 'InvalidField', field }));
  });
});

describe('the body', () => {
  it.each([
    ['application/json', 'json'],
    ['APPLICATION/JSON ; Charset="UTF-8"', 'json'],
    ['application/json; profile=x', 'json'],
    ['application/x-ndjson;charset=utf8', 'ndjson'],
  ])('of %s is %s', (type, format) => {
    expect(bodyFormat(type)).toBe(format);
  });

  it.each([
    undefined,
    '',
    'text/plain',
    'application/jsonx',
    'application/json; charset=latin1',
    'application/json, text/plain',
  ])('of type %s is a 415', (type) => {
    expect(() => bodyFormat(type)).toThrow(expect.objectContaining({ status: 415, field: 'Content-Type' }));
  });

  it('keeps every byte, a byte order mark too', () => {
    const bytes = [0xef, 0xbb, 0xbf, 0x7b, 0xc3, 0xa9, 0xf0, 0x9f, 0x98, 0x80, 0x00, 0x7d];
    expect([...Buffer.from(bodyText(base64(...bytes), 100))]).toEqual(bytes);
    expect(bodyText(request('{"é":1}'), 100)).toBe('{"é":1}');
    expect(bodyText(request(undefined), 100)).toBe('');
  });

  it.each([
    ['a cut-off character', base64(0x7b, 0xc3)],
    ['an overlong encoding', base64(0xc0, 0x80)],
    ['a surrogate', base64(0xed, 0xa0, 0x80)],
    ['a lone surrogate of a gateway', request('"\ud800"')],
  ])('that is %s is refused', (_, bad) => {
    expect(() => bodyText(bad, 100)).toThrow(expect.objectContaining({ tag: 'MalformedBody', field: 'body' }));
  });

  it('is refused when it is not as long as it was sent, since a gateway then decoded it with losses', () => {
    const announced = (bytes: number, body: string, isBase64Encoded = false): HttpRequest => ({
      ...request(body, isBase64Encoded),
      headers: { 'content-length': String(bytes) },
    });
    const altered = expect.objectContaining({ tag: 'MalformedBody', field: 'body' });
    expect(() => bodyText(announced(3, '{\uFFFD}'), 100)).toThrow(altered);
    expect(() => bodyText(announced(5, Buffer.from('{}').toString('base64'), true), 100)).toThrow(altered);
    expect(bodyText(announced(5, '{\uFFFD}'), 100)).toBe('{\uFFFD}');
    expect(bodyText(announced(2, Buffer.from('{}').toString('base64'), true), 100)).toBe('{}');
  });

  it('is limited in bytes, not in characters or in base64', () => {
    const tooLarge = expect.objectContaining({ tag: 'BodyTooLarge', status: 413 });
    expect(bodyText(request('éé'), 4)).toBe('éé');
    expect(() => bodyText(request('ééé'), 5)).toThrow(tooLarge);
    expect(bodyText(base64(1, 2, 3, 4), 4)).toHaveLength(4);
    expect(() => bodyText(base64(1, 2, 3, 4, 5), 4)).toThrow(tooLarge);
  });
});

describe('headers', () => {
  it('are found in any case', () => {
    expect(headerOf({ headers: { 'content-type': 'a' } }, 'content-type')).toBe('a');
    expect(headerOf({ headers: { 'Content-Type': 'b' } }, 'content-type')).toBe('b');
    expect(headerOf({ headers: { accept: 'b' } }, 'content-type')).toBeUndefined();
  });

  it.each([
    [undefined, false],
    ['*/*', false],
    ['application/json', false],
    ['application/x-ndjson', true],
    ['application/json, application/x-ndjson', true],
    ['application/json;q=0.5, application/x-ndjson;q=0.9', true],
    ['application/json, application/x-ndjson;q=0.9', false],
    ['application/x-ndjson;q=0', false],
  ])('Accept: %s asks for lines: %s', (accept, lines) => {
    expect(pageForm(accept)).toBe(lines ? 'lines' : 'json');
  });
});
