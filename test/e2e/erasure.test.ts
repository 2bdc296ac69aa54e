import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventsOfPart } from '../../localstack/cli/part-events.ts';
import { isEncrypted } from '../../shared/domain/encrypted-payload.ts';
import type { StoredEvent } from '../../shared/domain/event.ts';
import { type Api, createApi } from './api/api.ts';
import { loadContract } from './api/contract.ts';
import { eventsPath, eventText, newConsultation, readAll, readable } from './api/events.ts';
import { eventually } from './api/eventually.ts';
import { proven, untilSealed } from './api/sealed.ts';
import { type LocalHost, repository } from './hosts/host.ts';
import { startNpmHost } from './hosts/npm-start.ts';

const secret = 'hidden-from-everybody';

let host: LocalHost;
let api: Api;

beforeAll(async () => {
  host = await startNpmHost({ FI_ENCRYPTION: 'consultation', FI_SEAL_AGE_MS: '100', FI_SEAL_INTERVAL_MS: '100' });
  api = createApi(host.baseUrl, await loadContract(host.baseUrl));
}, 60_000);
afterAll(() => host?.stop());

const run = promisify(execFile);

/** Runs the `fi` command on the host's folders. @returns what it wrote to standard output @throws when its status is not 0 */
const fi = async (...words: readonly string[]): Promise<string> => {
  const env = {
    PATH: process.env.PATH,
    FI_STORE_DIR: host.storeDir,
    FI_SIGNING_KEY_FILE: host.signingKeyFile,
    FI_KEY_STORE_DIR: host.keyStoreDir,
    FI_MASTER_KEY_FILE: host.masterKeyFile,
  };
  const program = path.join(repository, 'localstack/cli/fi.mjs');
  return (await run(path.join(repository, 'node_modules/.bin/node'), [program, ...words], { env })).stdout;
};

const verified = async (): Promise<Record<string, unknown>> =>
  JSON.parse((await fi('verify', '--json')).trim().split('\n').at(-1) ?? '{}');

/** All events in the parts of the host's store, as they are stored. */
const everyStoredEvent = async (): Promise<readonly StoredEvent[]> => {
  const names = readdirSync(host.storeDir, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.h5'),
  );
  return (await Promise.all(names.map((name) => eventsOfPart(path.join(host.storeDir, name))))).flat();
};

/** One event with an id of its own, so that it can be sent again. */
const eventOf = (number: number): string =>
  eventText(`{"${secret}": 1.0, "n": ${number}}`, {
    event_id: `0196e0a0-0000-4000-8000-${String(number).padStart(12, '0')}`,
    user_id: secret,
  });

describe('npm start with encryption', () => {
  it('gives back what was sent, stores nothing of it in clear, and knows a repeat', async () => {
    const consultationId = newConsultation();
    await api.post(eventsPath(consultationId), eventOf(1));
    await untilSealed(api, consultationId, 1);
    await api.post(eventsPath(consultationId), eventOf(1));
    await api.post(eventsPath(consultationId), eventOf(2));
    const events = await untilSealed(api, consultationId, 2);
    expect(events).toMatchObject([1, 2].map((n) => ({ user_id: secret, payload: { [secret]: 1, n } })));
    expect(await readAll(api, consultationId)).toHaveLength(2);
    const one = await api.get(`${eventsPath(consultationId)}/${events[0]?.event_id}`);
    expect(one.text).toContain(`"payload":{"${secret}": 1.0, "n": 1}}`);
    const stored = await everyStoredEvent();
    expect(stored.length).toBeGreaterThan(1);
    for (const { payload, userId } of stored) expect([isEncrypted(payload), userId]).toEqual([true, undefined]);
    expect(await verified()).toMatchObject({ clean: true, encrypted_events: 2, erased_events: 0 });
  });

  it('erases a consultation for good, and the log and all others stay', async () => {
    const [gone, kept] = [newConsultation(), newConsultation()];
    await api.post(eventsPath(gone), eventOf(1));
    await api.post(eventsPath(kept), eventOf(1));
    const [before] = await untilSealed(api, gone, 1);
    await untilSealed(api, kept, 1);
    if (before === undefined) throw new Error('nothing was sealed');
    const one = `${eventsPath(gone)}/${before.event_id}`;

    await fi('erase', gone, '--reason', 'asked to', '--yes');
    const answer = await eventually('the event to be gone', async () => {
      const found = await api.get(one);
      return found.status === 410 ? found : undefined;
    });
    expect(answer.text).not.toContain(secret);
    const [erased] = await untilSealed(api, gone, 1);
    expect(erased).toMatchObject({ position: before.position, erased: true, payload: null });
    expect(erased).not.toHaveProperty('user_id');
    expect((await readable(api, kept, before.event_id)).text).toContain(secret);

    const feed = (await api.get('/events?limit=1000')).json<{
      events: { consultation_id: string; payload: unknown }[];
    }>();
    const inFeed = feed.events.filter(({ consultation_id }) => consultation_id === gone || consultation_id === kept);
    expect(inFeed.map(({ payload }) => payload === null).sort()).toEqual([false, true]);

    // A repeat, and an event that is new, on every path that takes them.
    await eventually('events to be refused', async () =>
      (await api.post(eventsPath(gone), eventOf(1))).status === 410 ? true : undefined,
    );
    expect((await api.post(eventsPath(gone), eventOf(7))).status).toBe(410);
    const both = [eventOf(8), eventOf(9)].map((text, index) =>
      text.replace('{', `{"consultation_id":"${index === 0 ? gone : kept}",`),
    );
    expect((await api.postLines('/events', both)).json()).toMatchObject({ accepted: 1, rejected: [{ index: 0 }] });
    await untilSealed(api, kept, 2);
    expect(await readAll(api, gone)).toHaveLength(1);

    const stored = (await api.get(`${one}?stored=true`)).json<{ payload: string }>();
    expect(stored.payload).toMatch(/^encrypted:1:/);
    expect(await verified()).toMatchObject({ clean: true, erased_events: 1, erased_consultations: 1 });
    expect(await fi('tail', '-c', gone)).toContain('"erased":true');
    expect(await fi('erase', gone, '--reason', 'again', '--yes')).toContain('was erased before');
  });

  it('proves an event by what is stored, before its erasure and after', async () => {
    const consultationId = newConsultation();
    await api.post(eventsPath(consultationId), eventText(`{"${secret}":1}`));
    const [event] = await untilSealed(api, consultationId, 1);
    if (event === undefined) throw new Error('nothing was sealed');
    const size = await proven(api, host.signingKeyFile, event, '?stored=true');
    await fi('erase', consultationId, '--reason', 'asked to', '--yes');
    expect(await proven(api, host.signingKeyFile, event, '?stored=true')).toBeGreaterThanOrEqual(size);
  });

  it('drops what was accepted before an erasure and stored after', async () => {
    const consultationId = newConsultation();
    await api.post(eventsPath(consultationId), eventOf(1));
    await untilSealed(api, consultationId, 1);
    // An erasure while events stream in: each is refused, dropped, or stored and unreadable; none is readable after.
    let isErased = false;
    const erasing = fi('erase', consultationId, '--reason', 'asked to', '--yes').then(() => {
      isErased = true;
    });
    for (let n = 10; !isErased; n++) await api.post(eventsPath(consultationId), eventOf(n));
    await erasing;
    await eventually('events to be refused', async () =>
      (await api.post(eventsPath(consultationId), eventOf(1))).status === 410 ? true : undefined,
    );
    const events = await eventually('nothing of it to be readable', async () => {
      const all = await readAll(api, consultationId);
      return all.every(({ payload }) => payload === null) ? all : undefined;
    });
    expect(events.length).toBeGreaterThan(0);
    expect(await verified()).toMatchObject({ clean: true });
  });

  it('goes on after a restart, and does not start without its master key', async () => {
    const consultationId = newConsultation();
    await api.post(eventsPath(consultationId), eventOf(1));
    const [before] = await untilSealed(api, consultationId, 1);
    await host.terminate();
    host = await host.restart();
    api = createApi(host.baseUrl, await loadContract(host.baseUrl));
    await api.post(eventsPath(consultationId), eventOf(1));
    await api.post(eventsPath(consultationId), eventOf(2));
    expect((await untilSealed(api, consultationId, 2))[0]).toEqual(before);
    await expect(
      startNpmHost({
        FI_ENCRYPTION: 'consultation',
        FI_KEY_STORE_DIR: host.keyStoreDir,
        FI_MASTER_KEY_FILE: `${host.masterKeyFile}-elsewhere`,
      }),
    ).rejects.toThrow('FI_MASTER_KEY_FILE');
  });
});
