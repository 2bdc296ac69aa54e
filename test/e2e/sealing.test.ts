import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConsultationId, EventId } from '../../shared/domain/ids.ts';
import { leafHash } from '../../shared/domain/leaf.ts';
import { openSigner } from '../../shared/store/log/note/signer.ts';
import { verifyTlogProof } from '../../shared/store/log/tlog-proof.ts';
import { type Api, createApi } from './api/api.ts';
import { loadContract } from './api/contract.ts';
import {
  type AcceptedOne,
  eventsPath,
  eventText,
  newConsultation,
  type Page,
  payloadText,
  type ReadEvent,
  readAll,
} from './api/events.ts';
import { eventually } from './api/eventually.ts';
import { listLetters } from './api/quarantine.ts';
import type { LocalHost } from './hosts/host.ts';
import { startNpmHost } from './hosts/npm-start.ts';

interface SealedEvent extends ReadEvent {
  readonly position?: number;
}

let host: LocalHost;
let api: Api;

beforeAll(async () => {
  host = await startNpmHost({ FI_SEAL_AGE_MS: '100', FI_SEAL_INTERVAL_MS: '100' });
  api = createApi(host.baseUrl, await loadContract(host.baseUrl));
}, 60_000);
afterAll(() => host?.stop());

const sealedOf = async (consultationId: string, query = ''): Promise<readonly SealedEvent[]> =>
  (await api.get(`${eventsPath(consultationId)}?limit=1000${query}`)).json<Page>().events;

const untilSealed = (consultationId: string, count: number): Promise<readonly SealedEvent[]> =>
  eventually(`${count} events of ${consultationId} to be sealed`, async () => {
    const events = await sealedOf(consultationId);
    return events.length >= count ? events : undefined;
  });

describe('npm start seals what it stored', () => {
  it('and gives it back by position, from a cursor that goes on', async () => {
    const consultationId = newConsultation();
    const lines = Array.from({ length: 20 }, (_, n) => eventText(`{"n":${n}, "exact": 1.0}`));
    await api.postLines(eventsPath(consultationId), lines);
    const events = await untilSealed(consultationId, 20);
    expect(events.map(({ payload }) => payload)).toEqual(Array.from({ length: 20 }, (_, n) => ({ n, exact: 1 })));
    const positions = events.map(({ position = -1 }) => position);
    expect(positions).toEqual(positions.toSorted((left, right) => left - right));
    expect(new Set(positions).size).toBe(20);
    await api.post(eventsPath(consultationId), eventText('{"n":20}'));
    await untilSealed(consultationId, 21);
    const rest = await sealedOf(consultationId, `&after=${positions.at(-1)}`);
    expect(rest.map(({ payload }) => payload)).toEqual([{ n: 20 }]);
    expect(await readAll(api, consultationId, 7)).toHaveLength(21);
  });

  it('and proves each event to whoever has the verifier key', async () => {
    const consultationId = newConsultation();
    const answer = await api.post(eventsPath(consultationId), eventText('{"exact": 1.0}'));
    const eventId = answer.json<AcceptedOne>().event_id;
    const [sealed] = await untilSealed(consultationId, 1);
    const one = `${eventsPath(consultationId)}/${eventId}`;
    const text = payloadText((await api.get(one)).text);
    const proof = await eventually('a proof', async () => {
      const proven = await api.get(`${one}/proof`);
      return proven.status === 200 ? proven.text : undefined;
    });
    const leaf = leafHash({
      consultationId: consultationId as ConsultationId,
      eventId: eventId as EventId,
      eventType: sealed?.event_type ?? '',
      userId: undefined,
      occurredAt: undefined,
      receivedAt: sealed?.received_at ?? '',
      requestIndex: 0,
      segment: sealed?.segment ?? '',
      payload: text,
    });
    const signer = openSigner(readFileSync(path.join(path.dirname(host.keysFile), 'signing-key'), 'utf8').trim());
    const { size } = verifyTlogProof(proof, leaf, [signer.verifierKey]);
    expect(size).toBeGreaterThan(sealed?.position ?? Number.POSITIVE_INFINITY);
  });

  it('an id that comes again after it was sealed is stored once, or is a conflict in quarantine', async () => {
    const consultationId = newConsultation();
    const eventId = '0196e0a0-0000-7000-8000-0000000000aa';
    const event = eventText('{"n":1}', { event_id: eventId });
    await api.post(eventsPath(consultationId), event);
    await untilSealed(consultationId, 1);
    await api.post(eventsPath(consultationId), event);
    await api.post(eventsPath(consultationId), eventText('{"n":1.0}', { event_id: eventId }));
    await api.post(eventsPath(consultationId), eventText('{"n":2}'));
    const events = await untilSealed(consultationId, 2);
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
    const [before] = await untilSealed(consultationId, 1);
    await host.terminate();
    host = await host.restart();
    api = createApi(host.baseUrl, await loadContract(host.baseUrl));
    await api.post(eventsPath(consultationId), eventText('{"n":2}'));
    const events = await untilSealed(consultationId, 2);
    expect(events[0]).toEqual(before);
    expect(events[1]?.position).toBeGreaterThan(before?.position ?? Number.POSITIVE_INFINITY);
  });
});
