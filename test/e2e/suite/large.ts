import { describe, expect, it } from 'vitest';
import { type AcceptedBatch, eventsPath, eventText, newConsultation, readableCount } from '../api/events.ts';
import type { Subject } from './end-to-end.ts';

export const largeSuite = (subject: () => Subject): void => {
  describe('10,000 events in one NDJSON body', () => {
    it('are answered one by one, and the good ones are readable each once', async () => {
      const { api } = subject();
      const consultationId = newConsultation();
      const bad = new Set([0, 1_234, 9_999]);
      const text = 'x'.repeat(600);
      const lines = Array.from({ length: 10_000 }, (_, n) =>
        eventText(`{"n":${n},"text":"${text}"}`, bad.has(n) ? { event_type: 'bad' } : {}),
      );
      const answer = await api.postLines(eventsPath(consultationId), lines);
      expect(answer.status).toBe(202);
      const batch = answer.json<AcceptedBatch>();
      expect(batch.accepted).toBe(10_000 - bad.size);
      expect(batch.rejected.map(({ index, problem }) => [index, problem.field])).toEqual(
        [...bad].map((index) => [index, 'event_type']),
      );
      expect(batch.event_ids).toHaveLength(10_000);
      const read = await readableCount(api, consultationId, 10_000 - bad.size);
      const numberOf = new Map(read.map((event) => [event.event_id, event.payload]));
      expect(read).toHaveLength(10_000 - bad.size);
      expect(numberOf.size).toBe(10_000 - bad.size);
      for (const [n, eventId] of batch.event_ids.entries()) {
        if (eventId !== null) expect(numberOf.get(eventId)).toEqual({ n, text });
      }
    });
  });
};
