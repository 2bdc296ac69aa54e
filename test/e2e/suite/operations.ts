import { describe, expect, it } from 'vitest';
import { loadContract } from '../api/contract.ts';
import { type AcceptedOne, eventsPath, eventText, newConsultation, readable } from '../api/events.ts';
import { eventually } from '../api/eventually.ts';
import { metricSum, readMetrics } from '../api/metrics.ts';
import type { Subject } from './end-to-end.ts';
import { skipBecause } from './skip.ts';

export const operationsSuite = (subject: () => Subject): void => {
  describe('tells how it is', () => {
    it('in its own document, which describes every call', async () => {
      const { host } = subject();
      const { operations } = await loadContract(host.baseUrl, host.headers);
      expect([...operations].sort()).toEqual([
        'GET /consultations/{id}/events',
        'GET /consultations/{id}/events/{event_id}',
        'GET /consultations/{id}/events/{event_id}/proof',
        'GET /events',
        'GET /health/live',
        'GET /health/ready',
        'GET /metrics',
        'GET /openapi.json',
        'GET /quarantine',
        'GET /quarantine/{letter_id}',
        'POST /consultations/{id}/events',
        'POST /events',
        'POST /quarantine/discard',
        'POST /quarantine/retry',
      ]);
    });

    it('live and ready', async () => {
      const { api } = subject();
      expect((await api.get('/health/live')).status).toBe(200);
      expect((await api.get('/health/ready')).status).toBe(200);
    });

    it('in gauges of its queues and of quarantine', async () => {
      const exposition = await readMetrics(subject().api);
      expect(exposition).toMatch(/^fi_quarantine_open_letters \d/m);
      for (const gauge of ['fi_queue_length', 'fi_queue_pending']) {
        expect(exposition).toMatch(new RegExp(`^${gauge}\\{stream="fi-events"\\} \\d`, 'm'));
        expect(exposition).toMatch(new RegExp(`^${gauge}\\{stream="fi-events-dead-letter"\\} \\d`, 'm'));
      }
    });

    it('in metrics that count what happened', async (context) => {
      const { api, host } = subject();
      if (!host.countsTogether) return skipBecause(context, `on ${host.name} each function counts in its own process`);
      const before = await readMetrics(api);
      const consultationId = newConsultation();
      const lines = [eventText('{"n":0}'), eventText('{"n":1}'), eventText('{"n":2}')];
      await api.postLines(eventsPath(consultationId), lines);
      const { event_id: last } = (await api.post(eventsPath(consultationId), eventText('{}'))).json<AcceptedOne>();
      await api.post(eventsPath(consultationId), '{"payload":{}}');
      await readable(api, consultationId, last);

      const grown = async (name: string, labels = {}): Promise<number> =>
        metricSum(await readMetrics(api), name, labels) - metricSum(before, name, labels);
      expect(await grown('fi_events_accepted_total')).toBe(4);
      await eventually('the appended events to be counted', async () =>
        (await grown('fi_events_appended_total')) >= 4 ? true : undefined,
      );
      expect(await grown('fi_events_failed_total')).toBeGreaterThanOrEqual(1);
      for (const stage of ['INGEST', 'SEGMENT', 'HASH', 'ENQUEUE']) {
        expect(await grown('fi_ingest_latency_ms_count', { stage }), stage).toBeGreaterThanOrEqual(1);
      }
      expect(await grown('fi_persist_latency_ms_count')).toBeGreaterThanOrEqual(1);
      expect(await readMetrics(api)).toMatch(/^fi_quarantine_open_letters \d/m);
    });
  });
};
