import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Api, createApi } from './api/api.ts';
import { loadContract } from './api/contract.ts';
import { eventsPath, eventText, newConsultation, readAll } from './api/events.ts';
import { eventually } from './api/eventually.ts';
import { listLetters } from './api/quarantine.ts';
import { proven, sealedOf, untilSealed } from './api/sealed.ts';
import type { LocalHost } from './hosts/host.ts';
import { startNpmHost } from './hosts/npm-start.ts';

let host: LocalHost;
let api: Api;

beforeAll(async () => {
  host = await startNpmHost({ FI_SEAL_AGE_MS: '100', FI_SEAL_INTERVAL_MS: '100' });
  api = createApi(host.baseUrl, await loadContract(host.baseUrl));
}, 60_000);
afterAll(() => host?.stop());

describe('npm start seals what it stored', () => {
  it('and gives it back by position, from a cursor that goes on', async () => {
    const consultationId = newConsultation();
    const lines = Array.from({ length: 20 }, (_, n) => eventText(`{"n":${n}, "exact": 1.0}`));
    await api.postLines(eventsPath(consultationId), lines);
    const events = await untilSealed(api, consultationId, 20);
    expect(events.map(({ payload }) => payload)).toEqual(Array.from({ length: 20 }, (_, n) => ({ n, exact: 1 })));
    const positions = events.map(({ position = -1 }) => position);
    expect(positions).toEqual(positions.toSorted((left, right) => left - right));
    expect(new Set(positions).size).toBe(20);
    await api.post(eventsPath(consultationId), eventText('{"n":20}'));
    await untilSealed(api, consultationId, 21);
    const rest = await sealedOf(api, consultationId, `&after=${positions.at(-1)}`);
    expect(rest.map(({ payload }) => payload)).toEqual([{ n: 20 }]);
    expect(await readAll(api, consultationId, 7)).toHaveLength(21);
  });

  it('and proves each event to whoever has the verifier key', async () => {
    const consultationId = newConsultation();
    await api.post(eventsPath(consultationId), eventText('{"exact": 1.0}'));
    const [sealed] = await untilSealed(api, consultationId, 1);
    if (sealed === undefined) throw new Error('nothing was sealed');
    expect(await proven(api, host.signingKeyFile, sealed)).toBeGreaterThan(sealed.position ?? Number.POSITIVE_INFINITY);
  });

  it('an id that comes again after it was sealed is stored once, or is a conflict in quarantine', async () => {
    const consultationId = newConsultation();
    const eventId = '0196e0a0-0000-7000-8000-0000000000aa';
    const event = eventText('{"n":1}', { event_id: eventId });
    await api.post(eventsPath(consultationId), event);
    await untilSealed(api, consultationId, 1);
    await api.post(eventsPath(consultationId), event);
    await api.post(eventsPath(consultationId), eventText('{"n":1.0}', { event_id: eventId }));
    await api.post(eventsPath(consultationId), eventText('{"n":2}'));
    const events = await untilSealed(api, consultationId, 2);
    expect(events.map(({ payload }) => payload)).toEqual([{ n: 1 }, { n: 2 }]);
    const letters = await eventually('a letter of the conflict', async () => {
      const found = await listLetters(api, `consultation=${consultationId}`);
      return found.length > 0 ? found : undefined;
    });
    expect(letters).toMatchObject([{ reason: 'conflict', event_id: eventId }]);
    expect(await readAll(api, consultationId)).toHaveLength(2);
  });

  it('and goes on after a restart', async () => {
    const consultationId = newConsultation();
    await api.post(eventsPath(consultationId), eventText('{"n":1}'));
    const [before] = await untilSealed(api, consultationId, 1);
    await host.terminate();
    host = await host.restart();
    api = createApi(host.baseUrl, await loadContract(host.baseUrl));
    await api.post(eventsPath(consultationId), eventText('{"n":2}'));
    const events = await untilSealed(api, consultationId, 2);
    expect(events[0]).toEqual(before);
    expect(events[1]?.position).toBeGreaterThan(before?.position ?? Number.POSITIVE_INFINITY);
  });
});
