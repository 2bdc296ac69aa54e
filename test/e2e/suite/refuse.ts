import { describe, expect, it } from 'vitest';
import { type ApiRequest, exchange } from '../api/api.ts';
import { eventsPath, eventText, newConsultation, type Problem } from '../api/events.ts';
import type { Subject } from './end-to-end.ts';

interface Refusal {
  readonly request: ApiRequest;
  readonly status: number;
  readonly field?: string;
}

const posted = (body: string | Uint8Array, path = eventsPath('refused'), type = 'application/json'): ApiRequest => ({
  method: 'POST',
  path,
  body,
  headers: { 'content-type': type },
});

const badEvent = (field: string, body: string): Refusal => ({ request: posted(body), status: 400, field });
const badRead = (field: string, query: string): Refusal => ({
  request: { path: `${eventsPath('refused')}?${query}` },
  status: 400,
  field,
});
const badConsultation = (segment: string): Refusal => ({
  request: posted(eventText('{}'), `/consultations/${segment}/events`),
  status: 400,
  field: 'consultation_id',
});

/** Issue 3, item 11: everything that is refused, what with, and which field the answer names. */
const refusals: Readonly<Record<string, Refusal>> = {
  'JSON that is cut off': badEvent('body', '{"event_type":"MESSAGE_RECEIVED","payload":{'),
  'text after the JSON': badEvent('body', `${eventText('{}')} x`),
  'an empty body': badEvent('body', ''),
  'a body that is no event': badEvent('body', '5'),
  'invalid UTF-8': {
    request: posted(
      Buffer.concat([Buffer.from('{"event_type":"X","payload":{"a":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}}')]),
    ),
    status: 400,
    field: 'body',
  },
  'an overlong encoding': {
    request: posted(
      Buffer.concat([Buffer.from('{"event_type":"X","payload":{"a":"'), Buffer.from([0xc0, 0x80]), Buffer.from('"}}')]),
    ),
    status: 400,
    field: 'body',
  },
  'an event type that is no string': badEvent('event_type', '{"event_type":5,"payload":{}}'),
  'a payload that is no object': badEvent('payload', '{"event_type":"X","payload":[]}'),
  'a user id that is no string': badEvent('user_id', '{"event_type":"X","payload":{},"user_id":null}'),
  'a missing event type': badEvent('event_type', '{"payload":{}}'),
  'a missing payload': badEvent('payload', '{"event_type":"X"}'),
  'a missing consultation_id at POST /events': {
    request: posted(`[${eventText('{}')}]`, '/events'),
    status: 400,
  },
  'an unknown member': badEvent('colour', '{"event_type":"X","payload":{},"colour":"red"}'),
  'an event type that does not match its pattern': badEvent('event_type', eventText('{}', { event_type: 'lower' })),
  'an event type that is too long': badEvent('event_type', eventText('{}', { event_type: 'X'.repeat(65) })),
  'an event id that is no UUID': badEvent('event_id', eventText('{}', { event_id: 'abc' })),
  'a time that is none': badEvent('occurred_at', eventText('{}', { occurred_at: 'yesterday' })),
  'a time without an offset': badEvent('occurred_at', eventText('{}', { occurred_at: '2026-11-23T10:11:12' })),
  'a day that no calendar has': badEvent('occurred_at', eventText('{}', { occurred_at: '2026-02-30T00:00:00Z' })),
  'a user id that is too long': badEvent('user_id', eventText('{}', { user_id: 'u'.repeat(257) })),
  'a payload of 101 levels': badEvent('payload', eventText(`${'{"a":'.repeat(100)}{}${'}'.repeat(100)}`)),
  "a consultation_id that is not the path's": badEvent(
    'consultation_id',
    eventText('{}', { consultation_id: 'other' }),
  ),
  'a consultation id that is too long': badConsultation('c'.repeat(129)),
  'a consultation id with a path separator': badConsultation('a%2Fb'),
  'a consultation id with the other path separator': badConsultation('a%5Cb'),
  'a consultation id that is a folder above': badConsultation('%2E%2E'),
  'a consultation id with a control character': badConsultation('a%0Ab'),
  'a consultation id with a NUL': badConsultation('a%00b'),
  'a bad percent-escape': badConsultation('a%zzb'),
  'an escape that is no UTF-8': badConsultation('a%C3%28b'),
  'a limit of nothing': badRead('limit', 'unsealed=true&limit=0'),
  'a limit that is too large': badRead('limit', 'unsealed=true&limit=1001'),
  'a limit that is no number': badRead('limit', 'unsealed=true&limit=ten'),
  'a cursor that is none of ours': badRead('after', 'unsealed=true&after=nonsense'),
  'a type that matches no pattern': badRead('type', 'unsealed=true&type=lower'),
  'an unsealed that is neither true nor false': badRead('unsealed', 'unsealed=perhaps'),
  'a query that nobody knows': badRead('colour', 'colour=red'),
  'an event id in the path that is no UUID': {
    request: { path: `${eventsPath('refused')}/abc` },
    status: 400,
    field: 'event_id',
  },
  'another content type': {
    request: posted(eventText('{}'), eventsPath('refused'), 'text/plain'),
    status: 415,
    field: 'Content-Type',
  },
  'no content type': {
    request: { method: 'POST', path: eventsPath('refused'), body: eventText('{}') },
    status: 415,
    field: 'Content-Type',
  },
  'an unknown route': { request: { path: '/consultation/x/events' }, status: 404 },
  'an unknown route below a known one': { request: { path: '/consultations/x' }, status: 404 },
};

export const refuseSuite = (subject: () => Subject): void => {
  describe('refuses', () => {
    it.each(Object.entries(refusals))('%s', async (name, { request, status, field }) => {
      const { api, host } = subject();
      const gatewayStatus = host.gatewayStatus[name];
      if (gatewayStatus !== undefined) {
        // Not our answer, so not in our contract either.
        const headers = { ...host.headers, ...request.headers };
        expect((await exchange(host.baseUrl, { ...request, headers })).status).toBe(gatewayStatus);
        return;
      }
      const answer = await api.send(request);
      expect([answer.status, answer.headers['content-type']]).toEqual([
        status,
        expect.stringMatching(/^application\/problem\+json/),
      ]);
      const problem = answer.json<Problem>();
      expect(problem).toMatchObject({ status, type: expect.stringMatching(/^urn:fi-events:problem:[a-z-]+$/) });
      expect(problem.title).not.toBe('');
      if (field !== undefined) expect(problem.field).toBe(field);
    });

    it.each([
      ['PUT', '/consultations/x/events', ['GET', 'POST']],
      ['DELETE', '/events', ['GET', 'POST']],
      ['POST', '/health/live', ['GET']],
      ['PATCH', '/consultations/x/events/0b9cdf94-2d10-4e4c-8f5e-6a4c9f1f1f1f', ['GET']],
    ])('%s %s with 405 and what is allowed', async (method, path, allowed) => {
      const answer = await subject().api.send({ method, path });
      expect(answer.status).toBe(405);
      const named = (answer.headers.allow ?? '').split(',').map((name) => name.trim());
      expect(named).toEqual(expect.arrayContaining(allowed));
      expect(named).not.toContain(method);
    });

    it('a body over the limit, counted in bytes and not in characters, with and without its length in front', async () => {
      const { api, host } = subject();
      // Two bytes each: half the limit in characters, one byte over it in bytes.
      const body = eventText(`{"text":"${'é'.repeat(host.maxBodyBytes / 2)}"}`);
      expect(body.length).toBeLessThan(host.maxBodyBytes);
      for (const chunked of [false, true]) {
        const answer = await api.send({ ...posted(body), chunked });
        expect(answer.status).toBe(413);
        expect(answer.json<Problem>().field).toBe('body');
      }
    });

    it('an event that fits no message', async () => {
      const { api } = subject();
      const answer = await api.post(eventsPath(newConsultation()), eventText(`{"text":"${'x'.repeat(1_048_576)}"}`));
      expect(answer.status).toBe(413);
      expect(answer.json<Problem>().field).toBe('payload');
    });
  });
};
