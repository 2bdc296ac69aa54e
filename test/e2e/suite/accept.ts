import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  type AcceptedBatch,
  type AcceptedOne,
  eventsPath,
  eventText,
  newConsultation,
  type ReadEvent,
  readable,
  readableCount,
} from '../api/events.ts';
import type { Subject } from './end-to-end.ts';

const uuidV7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

export const acceptSuite = (subject: () => Subject): void => {
  describe('accepts', () => {
    it('one event, which can then be read with everything that was sent', async () => {
      const { api } = subject();
      const consultationId = newConsultation();
      const members = { user_id: 'user_1', occurred_at: '2026-11-23T10:11:12.123456789-06:00' };
      const answer = await api.post(eventsPath(consultationId), eventText('{"message":"hola"}', members));
      expect(answer.status).toBe(202);
      const { event_id: eventId } = answer.json<AcceptedOne>();
      expect(eventId).toMatch(uuidV7);

      const read = (await readable(api, consultationId, eventId)).json<ReadEvent>();
      expect(read).toMatchObject({
        event_id: eventId,
        consultation_id: consultationId,
        event_type: 'MESSAGE_RECEIVED',
        ...members,
        sealed: false,
        payload: { message: 'hola' },
      });
      expect(Math.abs(Date.parse(read.received_at) - Date.now())).toBeLessThan(120_000);
      expect(read.segment).not.toBe('');
    });

    it("the client's own event id, in either case, and a consultation_id that agrees with the path", async () => {
      const { api } = subject();
      const consultationId = newConsultation();
      const eventId = randomUUID();
      const sent = eventText('{}', { event_id: eventId.toUpperCase(), consultation_id: consultationId });
      const answer = await api.post(eventsPath(consultationId), sent);
      expect(answer.json<AcceptedOne>()).toMatchObject({ status: 'accepted', event_id: eventId });
      expect((await readable(api, consultationId, eventId)).json<ReadEvent>().event_id).toBe(eventId);
    });

    it('an array', async () => {
      const { api } = subject();
      const consultationId = newConsultation();
      const answer = await api.post(eventsPath(consultationId), `[${eventText('{"n":0}')}, ${eventText('{"n":1}')}]`);
      expect(answer.status).toBe(202);
      const batch = answer.json<AcceptedBatch>();
      expect(batch).toMatchObject({ status: 'accepted', accepted: 2, rejected: [] });
      expect(batch.event_ids).toHaveLength(2);
      expect(batch.message_ids.length).toBeGreaterThan(0);
      const read = await readableCount(api, consultationId, 2);
      const numbers = new Map(read.map((event) => [event.event_id, event.payload]));
      expect(batch.event_ids.map((id) => numbers.get(id ?? ''))).toEqual([{ n: 0 }, { n: 1 }]);
    });

    it('NDJSON, with a charset, a blank line and a last line feed', async () => {
      const { api } = subject();
      const consultationId = newConsultation();
      const answer = await api.send({
        method: 'POST',
        path: eventsPath(consultationId),
        headers: { 'content-type': 'application/x-ndjson; charset=utf-8' },
        body: `${eventText('{"n":0}')}\n${eventText('{"n":1}')}\r\n${eventText('{"n":2}')}\n`,
      });
      expect(answer.json<AcceptedBatch>()).toMatchObject({ accepted: 3, rejected: [] });
      expect(await readableCount(api, consultationId, 3)).toHaveLength(3);
    });

    it('events of several consultations at POST /events, as an array and as NDJSON', async () => {
      const { api } = subject();
      const [one, two] = [newConsultation(), newConsultation()];
      const lines = [one, two, one].map((consultation_id) => eventText('{}', { consultation_id }));
      expect((await api.post('/events', `[${lines.join(',')}]`)).json<AcceptedBatch>().accepted).toBe(3);
      expect((await api.postLines('/events', lines)).json<AcceptedBatch>().accepted).toBe(3);
      expect(await readableCount(api, one, 4)).toHaveLength(4);
      expect(await readableCount(api, two, 2)).toHaveLength(2);
    });

    it('the good events of a batch, and says of each bad one which it was and what is wrong', async () => {
      const { api } = subject();
      const consultationId = newConsultation();
      const answer = await api.postLines(eventsPath(consultationId), [
        eventText('{"n":0}'),
        '{"event_type":"MESSAGE_RECEIVED"}',
        'no json',
        eventText('{"n":3}', { event_type: 'lower_case' }),
        eventText('{"n":4}'),
      ]);
      expect(answer.status).toBe(202);
      const batch = answer.json<AcceptedBatch>();
      expect(batch.accepted).toBe(2);
      expect(batch.event_ids.map((id) => id !== null)).toEqual([true, false, false, false, true]);
      expect(batch.rejected.map(({ index, problem }) => [index, problem.status, problem.field])).toEqual([
        [1, 400, 'payload'],
        [2, 400, 'body'],
        [3, 400, 'event_type'],
      ]);
      const read = await readableCount(api, consultationId, 2);
      expect(read.map((event) => event.payload)).toEqual(expect.arrayContaining([{ n: 0 }, { n: 4 }]));
      expect(read).toHaveLength(2);
    });

    it('a batch without one good event as a 400', async () => {
      const { api } = subject();
      const answer = await api.postLines(eventsPath(newConsultation()), ['{"payload":{}}', '{}']);
      expect(answer.status).toBe(400);
    });

    it('a consultation id of other letters than ASCII, escaped in the path', async () => {
      const { api } = subject();
      const consultationId = `${newConsultation()} café + ñ 🫀 %`;
      const { event_id: eventId } = (await api.post(eventsPath(consultationId), eventText('{}'))).json<AcceptedOne>();
      const read = (await readable(api, consultationId, eventId)).json<ReadEvent>();
      expect(read.consultation_id).toBe(consultationId);
    });
  });
};
