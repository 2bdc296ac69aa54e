import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  eventsPath,
  eventText,
  newConsultation,
  type Page,
  type Problem,
  payloadText,
  type ReadEvent,
  readAll,
  readableCount,
} from '../api/events.ts';
import type { Subject } from './end-to-end.ts';

export const readSuite = (subject: () => Subject): void => {
  const storeEvents = async (count: number): Promise<string> => {
    const { api } = subject();
    const consultationId = newConsultation();
    const lines = Array.from({ length: count }, (_, n) =>
      eventText(`{"n":${n}}`, n % 3 === 0 ? { event_type: 'VITALS_RECORDED' } : {}),
    );
    await api.postLines(eventsPath(consultationId), lines);
    await readableCount(api, consultationId, count);
    return consultationId;
  };

  describe('reads', () => {
    it('a consultation page by page, each event once, ordered by id', async () => {
      const { api } = subject();
      const consultationId = await storeEvents(25);
      const ids = (await readAll(api, consultationId, 10)).map((event) => event.event_id);
      expect(ids).toHaveLength(25);
      expect(new Set(ids).size).toBe(25);
      expect(ids).toEqual([...ids].sort());
    });

    it('no more than the limit, and a cursor that goes on after it', async () => {
      const { api } = subject();
      const path = `${eventsPath(await storeEvents(5))}?unsealed=true&limit=3`;
      const first = (await api.get(path)).json<Page>();
      expect(first.events).toHaveLength(3);
      const second = (await api.get(`${path}&after=${encodeURIComponent(first.next ?? '')}`)).json<Page>();
      expect(second.events).toHaveLength(2);
      expect(new Set([...first.events, ...second.events].map((event) => event.event_id)).size).toBe(5);
    });

    it('one type only', async () => {
      const { api } = subject();
      const path = eventsPath(await storeEvents(9));
      const { events } = (await api.get(`${path}?unsealed=true&type=VITALS_RECORDED`)).json<Page>();
      expect(events.map((event) => event.event_type)).toEqual(Array(3).fill('VITALS_RECORDED'));
      expect((await api.get(`${path}?unsealed=true&type=NEVER_SENT`)).json<Page>().events).toEqual([]);
    });

    it('NDJSON where the client asks for it', async () => {
      const { api } = subject();
      const path = eventsPath(await storeEvents(4));
      const answer = await api.get(`${path}?unsealed=true`, { accept: 'application/x-ndjson' });
      expect(answer.headers['content-type']).toMatch(/^application\/x-ndjson/);
      const lines = answer.text.trimEnd().split('\n');
      expect(lines.map(payloadText).sort()).toEqual(['{"n":0}', '{"n":1}', '{"n":2}', '{"n":3}']);
    });

    it('nothing unsealed unless asked for it', async () => {
      const { api } = subject();
      const path = eventsPath(await storeEvents(2));
      expect((await api.get(path)).json<Page>().events).toEqual([]);
      expect((await api.get(`${path}?unsealed=false`)).json<Page>().events).toEqual([]);
    });

    it('an empty page of a consultation that no one wrote to', async () => {
      const { api } = subject();
      const answer = await api.get(`${eventsPath(newConsultation())}?unsealed=true`);
      expect(answer.status).toBe(200);
      expect(answer.json<Page>().events).toEqual([]);
    });

    it('one event by its id, and 404 with its field for one that is not there', async () => {
      const { api } = subject();
      const consultationId = await storeEvents(1);
      const [event] = await readAll(api, consultationId);
      const found = await api.get(`${eventsPath(consultationId)}/${event?.event_id.toUpperCase()}`);
      expect(found.json<ReadEvent>()).toEqual(event);
      const missing = await api.get(`${eventsPath(consultationId)}/${randomUUID()}`);
      expect(missing.status).toBe(404);
      expect(missing.json<Problem>().field).toBe('event_id');
      const elsewhere = await api.get(`${eventsPath(newConsultation())}/${event?.event_id}`);
      expect(elsewhere.status).toBe(404);
    });
  });
};
