import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  type AcceptedBatch,
  type AcceptedOne,
  eventsPath,
  eventText,
  newConsultation,
  payloadText,
  readable,
  readableCount,
} from '../api/events.ts';
import type { Subject } from './end-to-end.ts';

/** Payloads that any re-rendering changes, by what is special about them. All on one line, so that NDJSON can carry them. */
export const peculiarPayloads: Readonly<Record<string, string>> = {
  'a float that is whole': '{"a":1.0,"b":-0,"c":1E2,"d":0.10}',
  'an integer beyond 2^53': '{"n":12345678901234567890}',
  'a number beyond a double': '{"n":1e400,"m":-1e400,"small":1e-400}',
  'duplicate keys': '{"a":1,"a":2,"a":1}',
  'keys that engines treat specially': '{"__proto__":{"x":1},"constructor":2,"10":1,"2":2}',
  'escapes that need none': '{"\\u0061":"\\/ \\u00e9 \\ud83e\\udec0 \\b\\f\\n\\r\\t\\" \\\\"}',
  'an escaped NUL': '{"n":"\\u0000","\\u0000":1}',
  'an unpaired surrogate escape': '{"s":"\\ud800","t":"\\udc00x"}',
  'emoji and combining characters': '{"e":"🫀👩‍⚕️ é ñ ﷽"}',
  'what SQS forbids and what UTF-8 allows': '{"c":"\u007f\u0085\u2028\u2029\ufeff\ufffd\ufffe\uffff\u{10ffff}"}',
  'members named like ours': '{"payload":{"payload":"}"},"event_type":"x","event_id":"\\",\\"payload\\":{"}',
  'spaces and tabs': '{ "a" :\t[ 1 , 2 ] , "b" : { } }',
  nothing: '{}',
  '200 KB': `{"text":"${'dolor torácico 🫀 '.repeat(10_000)}"}`,
  'one hundred levels': `${'{"a":'.repeat(99)}{}${'}'.repeat(99)}`,
};

const names = Object.keys(peculiarPayloads);
const texts = Object.values(peculiarPayloads);

export const bytesSuite = (subject: () => Subject): void => {
  describe('keeps the bytes of a payload', () => {
    it.each(Object.entries(peculiarPayloads))('%s, alone', async (_, payload) => {
      const { api } = subject();
      const consultationId = newConsultation();
      const answer = await api.post(eventsPath(consultationId), eventText(payload));
      expect(answer.status).toBe(202);
      const read = await readable(api, consultationId, answer.json<AcceptedOne>().event_id);
      expect(payloadText(read.text)).toBe(payload);
    });

    it.each([
      ['an array', 'application/json', `[ ${texts.map((payload) => eventText(payload)).join(' ,\n')} ]`],
      ['NDJSON', 'application/x-ndjson', texts.map((payload) => eventText(payload)).join('\n')],
    ])('all of them in %s', async (_, type, body) => {
      const { api } = subject();
      const consultationId = newConsultation();
      const answer = await api.send({
        method: 'POST',
        path: eventsPath(consultationId),
        headers: { 'content-type': type },
        body,
      });
      const { event_ids: eventIds } = answer.json<AcceptedBatch>();
      await readableCount(api, consultationId, texts.length);
      for (const [index, name] of names.entries()) {
        const read = await readable(api, consultationId, eventIds[index] ?? `none for ${name}`);
        expect(payloadText(read.text), name).toBe(texts[index]);
      }
    });

    it('wherever the payload stands among the members, line feeds included', async () => {
      const { api } = subject();
      const consultationId = newConsultation();
      const eventId = randomUUID();
      const payload = '{\n  "a": 1.0,\r\n\t"b": [ ]\n}';
      const body = `\n{\n "payload" : ${payload} ,\n "event_id": "${eventId}",\n "event_type": "MESSAGE_RECEIVED" }\n`;
      expect((await api.post(eventsPath(consultationId), body)).status).toBe(202);
      const read = await readable(api, consultationId, eventId);
      expect(payloadText(read.text)).toBe(payload);
      const lines = await api.get(`${eventsPath(consultationId)}?unsealed=true`, { accept: 'application/x-ndjson' });
      expect(JSON.parse(lines.text)).toMatchObject({ event_id: eventId, payload: { a: 1, b: [] } });
    });
  });
};
