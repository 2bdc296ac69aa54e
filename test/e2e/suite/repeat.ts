import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  type AcceptedBatch,
  type AcceptedOne,
  eventsPath,
  eventText,
  newConsultation,
  type Problem,
  readAll,
  readable,
  readableCount,
} from '../api/events.ts';
import { letterWith } from '../api/quarantine.ts';
import type { Subject } from './end-to-end.ts';

export const repeatSuite = (subject: () => Subject): void => {
  describe('repeats', () => {
    it('the same id with the same bytes is stored once, in one request and across requests', async () => {
      const { api } = subject();
      const consultationId = newConsultation();
      const event = eventText('{"n":1}', { event_id: randomUUID() });
      const last = eventText('{"n":2}', { event_id: randomUUID() });
      const within = await api.postLines(eventsPath(consultationId), [event, event]);
      expect(within.json<AcceptedBatch>().accepted).toBe(2);
      await readableCount(api, consultationId, 1);
      expect((await api.post(eventsPath(consultationId), event)).status).toBe(202);
      // Once an event that was sent after the repeat can be read, the repeat has been through the queue too.
      await api.post(eventsPath(consultationId), last);
      await readableCount(api, consultationId, 2);
      expect((await readAll(api, consultationId)).map(({ payload }) => payload)).toEqual(
        expect.arrayContaining([{ n: 1 }, { n: 2 }]),
      );
      expect(await readAll(api, consultationId)).toHaveLength(2);
    });

    it('the same id with other bytes goes to quarantine as a conflict, and the first one stays', async () => {
      const { api } = subject();
      const consultationId = newConsultation();
      const eventId = randomUUID();
      const neighbour = eventText('{"n":"neighbour"}');
      await api.postLines(eventsPath(consultationId), [
        eventText('{"n":1}', { event_id: eventId }),
        eventText('{"n":1.0}', { event_id: eventId }),
        neighbour,
      ]);
      expect(await letterWith(api, `consultation=${consultationId}`, '{"n":1.0}')).toMatchObject({
        reason: 'conflict',
        consultation_id: consultationId,
        event_id: eventId,
      });
      const read = await readable(api, consultationId, eventId);
      expect(read.text).toContain('"payload":{"n":1}}');
      expect(await readableCount(api, consultationId, 2)).toHaveLength(2);
    });

    it('an Idempotency-Key gives the same ids, and other keys and consultations other ones', async () => {
      const { api } = subject();
      const [consultationId, other] = [newConsultation(), newConsultation()];
      const send = async (consultation: string, key: string): Promise<string> =>
        (await api.post(eventsPath(consultation), eventText('{"n":1}'), { 'idempotency-key': key })).json<AcceptedOne>()
          .event_id;
      const first = await send(consultationId, 'visit 7');
      expect(await send(consultationId, 'visit 7')).toBe(first);
      expect(await send(consultationId, 'visit 8')).not.toBe(first);
      expect(await send(other, 'visit 7')).not.toBe(first);
      await readable(api, other, await send(other, 'visit 9'));
      await readableCount(api, consultationId, 2);
      expect(await readAll(api, consultationId)).toHaveLength(2);
    });

    it('an Idempotency-Key of a batch gives each of its events its own id, the same again', async () => {
      const { api } = subject();
      const consultationId = newConsultation();
      const send = async (): Promise<AcceptedBatch> =>
        (
          await api.postLines(eventsPath(consultationId), [eventText('{"n":0}'), eventText('{"n":1}')], {
            'idempotency-key': 'batch 1',
          })
        ).json<AcceptedBatch>();
      const [first, second] = [await send(), await send()];
      expect(second.event_ids).toEqual(first.event_ids);
      expect(new Set(first.event_ids).size).toBe(2);
    });

    it('an Idempotency-Key that is too long is refused by its name', async () => {
      const { api } = subject();
      const answer = await api.post(eventsPath(newConsultation()), eventText('{}'), {
        'idempotency-key': 'k'.repeat(256),
      });
      expect(answer.status).toBe(400);
      expect(answer.json<Problem>().field).toBe('Idempotency-Key');
    });
  });
};
