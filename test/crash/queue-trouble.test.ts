import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { eventText, type Problem } from '../e2e/api/events.ts';
import { eventually } from '../e2e/api/eventually.ts';
import { descendants } from '../e2e/hosts/processes.ts';
import { mountSmallDisk, whyNoSmallDisk } from './small-disk.ts';
import { startPatient } from './trouble.ts';

const noDisk = whyNoSmallDisk();
if (noDisk !== undefined) console.log(`not shown here: ${noDisk}`);

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

describe('a consumer that stands still', () => {
  it('lets clients wait once more is queued than they would wait for, and goes on where it stood', async () => {
    const patient = await startPatient({ FI_MAX_QUEUE_MESSAGES: '200' }, 300);
    cleanUps.push(() => patient.stop());
    await patient.stored(300);
    const consumers = descendants(patient.host.process.pid);
    expect(consumers.length).toBeGreaterThan(0);
    for (const consumer of consumers) process.kill(consumer, 'SIGSTOP');
    const eventId = randomUUID();
    const probes = { sent: new Set([eventId]), accepted: new Set<string>() };
    const refused = await eventually('a refusal', async () => {
      const probe = eventText('{}', { event_id: eventId });
      const answer = await patient.api.post('/consultations/deep/events', probe);
      if (answer.status !== 202) return answer;
      probes.accepted.add(eventId);
      return undefined;
    });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    for (const consumer of consumers) process.kill(consumer, 'SIGCONT');
    await patient.stored(300);
    const verdict = await patient.verify(probes);
    console.log('deep queue', verdict);
    expect(Object.keys(verdict.statuses).filter((status) => !['202', '429'].includes(status))).toEqual([]);
  });
});

describe.skipIf(noDisk !== undefined)('a queue folder on a full disk', () => {
  it('confirms nothing, says when to come back, and loses nothing', async () => {
    const disk = mountSmallDisk(32);
    cleanUps.push(() => disk.remove());
    const patient = await startPatient(
      { FI_QUEUE_DIR: path.join(disk.folder, 'queue'), FI_QUEUE_SEGMENT_BYTES: String(4 * 1024 ** 2) },
      500,
    );
    cleanUps.push(() => patient.stop());
    await patient.stored(500);

    // A consumer that stands still frees nothing, so the queue grows until its disk has no more.
    const consumers = descendants(patient.host.process.pid);
    expect(consumers.length).toBeGreaterThan(0);
    for (const consumer of consumers) process.kill(consumer, 'SIGSTOP');
    const probes = { sent: new Set<string>(), accepted: new Set<string>() };
    const refused = await eventually('a refusal', async () => {
      const eventId = randomUUID();
      probes.sent.add(eventId);
      const text = 'x'.repeat(100_000);
      const answer = await patient.api.post(
        '/consultations/full/events',
        eventText(`{"text":"${text}"}`, { event_id: eventId }),
      );
      if (answer.status !== 202) return answer;
      probes.accepted.add(eventId);
      return undefined;
    });
    expect(refused.json<Problem>()).toMatchObject({ status: 503, type: 'urn:fi-events:problem:queue-unavailable' });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);

    disk.resize(512);
    for (const consumer of consumers) process.kill(consumer, 'SIGCONT');
    await patient.stored(500);
    const verdict = await patient.verify(probes);
    console.log('full queue disk', verdict);
    expect(Object.keys(verdict.statuses).filter((status) => !['202', '429', '503'].includes(status))).toEqual([]);
  });
});
