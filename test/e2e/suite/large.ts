import { describe, expect, it } from 'vitest';
import { type AcceptedBatch, eventsPath, eventText, newConsultation, readableCount } from '../api/events.ts';
import type { Subject } from './end-to-end.ts';

export const largeSuite = (subject: () => Subject): void => {
  describe('10,000 events as NDJSON, in as few bodies as the host takes', () => {
    it('are answered one by one, and the good ones are readable each once', async () => {
      const { api, host } = subject();
      const consultationId = newConsultation();
      const bad = new Set([0, 1_234, 9_999]);
      const text = 'x'.repeat(600);
      const lines = Array.from({ length: 10_000 }, (_, n) =>
        eventText(`{"n":${n},"text":"${text}"}`, bad.has(n) ? { event_type: 'bad' } : {}),
      );
      const longestLine = Math.max(...lines.map((line) => line.length + 1));
      const linesPerBody = Math.min(lines.length, Math.floor(host.maxBodyBytes / longestLine));
      const eventIds: (string | null)[] = [];
      for (let first = 0; first < lines.length; first += linesPerBody) {
        const sent = lines.slice(first, first + linesPerBody);
        const answer = await api.postLines(eventsPath(consultationId), sent);
        expect(answer.status).toBe(202);
        const batch = answer.json<AcceptedBatch>();
        const badOfBody = [...bad].filter((n) => n >= first && n < first + sent.length);
        expect(batch.accepted).toBe(sent.length - badOfBody.length);
        expect(batch.rejected.map(({ index, problem }) => [index + first, problem.field])).toEqual(
          badOfBody.map((n) => [n, 'event_type']),
        );
        eventIds.push(...batch.event_ids);
      }
      expect(eventIds).toHaveLength(10_000);
      const read = await readableCount(api, consultationId, 10_000 - bad.size);
      const numberOf = new Map(read.map((event) => [event.event_id, event.payload]));
      expect(read).toHaveLength(10_000 - bad.size);
      expect(numberOf.size).toBe(10_000 - bad.size);
      for (const [n, eventId] of eventIds.entries()) {
        if (eventId !== null) expect(numberOf.get(eventId)).toEqual({ n, text });
      }
    }, 300_000);
  });
};
