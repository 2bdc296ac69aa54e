import { expect } from 'vitest';
import { type Api, createApi } from '../e2e/api/api.ts';
import { loadContract } from '../e2e/api/contract.ts';
import { eventsPath } from '../e2e/api/events.ts';
import { eventually } from '../e2e/api/eventually.ts';
import { metricSum, readMetrics } from '../e2e/api/metrics.ts';
import { listLetters } from '../e2e/api/quarantine.ts';
import type { SentEvents } from './clients/sent-events.ts';
import type { Clients } from './clients.ts';
import { type Cluster, type HostName, hostNames } from './cluster.ts';

const deadlineMs = 120_000;

const apiOf = async ({ urlOf, headers }: Cluster, host: HostName): Promise<Api> =>
  createApi(urlOf(host), await loadContract(urlOf(host), headers), headers);

/** What waits on a host to be stored or sealed. */
const waiting = async (api: Api): Promise<number> => {
  const metrics = await readMetrics(api);
  const names = ['fi_queue_length', 'fi_queue_pending', 'fi_seal_backlog_parts'];
  return names.reduce((sum, name) => sum + metricSum(metrics, name), 0);
};

/** Ids by position, as the pages of the consultations have them; each event compared with what was sent. */
const readConsultations = async (api: Api, events: SentEvents): Promise<ReadonlyMap<number, string>> => {
  const found = new Map<number, string>();
  for (const consultation of events.consultations) {
    for (let after = ''; ; ) {
      const answer = await api.get(`${eventsPath(consultation)}?unsealed=true&limit=1000${after}`, {
        accept: 'application/x-ndjson',
      });
      expect(answer.status, answer.text).toBe(200);
      expect(answer.headers['fi-unreadable']).toBeUndefined();
      for (const line of answer.text.split('\n').filter((text) => text !== '')) {
        const { event_id, position } = events.check(line);
        if (position === undefined) throw new Error(`${event_id} is not sealed`);
        if (found.has(position)) throw new Error(`position ${position} was answered twice`);
        found.set(position, event_id);
      }
      const next = answer.headers['fi-next'];
      if (next === undefined) break;
      after = `&after=${String(next)}`;
    }
  }
  return found;
};

export interface Verdict {
  readonly accepted: number;
  readonly positions: number;
  /** What `fi verify` says through each of the mounts. */
  readonly verified: readonly string[];
}

/**
 * Waits until everything accepted is sealed and has reached every follower; then holds what each of the ways of reading
 * shows on each host against what got a 202, and has `fi verify` look at the store through each mount.
 */
export const verifyEverything = async (cluster: Cluster, clients: Clients): Promise<Verdict> => {
  const { events, followers } = clients;
  const apis = await Promise.all(hostNames.map((host) => apiOf(cluster, host)));
  for (const api of apis) {
    await eventually(
      'nothing to wait any more',
      async () => ((await waiting(api)) === 0 ? true : undefined),
      deadlineMs,
    );
  }
  await eventually(
    'the followers to have everything',
    () => {
      clients.requireHealthy();
      return followers.every(({ ids }) => ids.length >= events.accepted.size) ? true : undefined;
    },
    deadlineMs,
  );
  await clients.stopFollowing();
  clients.requireHealthy();

  const [first] = followers;
  const ids = first?.ids ?? [];
  expect(new Set(ids).size, 'events that have two positions').toBe(ids.length);
  const found = new Set(ids);
  expect(
    [...events.accepted].filter((id) => !found.has(id)),
    'accepted events that have no position',
  ).toEqual([]);
  for (const follower of followers) expect(follower.ids, follower.name).toEqual(ids);
  for (const api of apis) {
    const byPosition = await readConsultations(api, events);
    expect(Array.from({ length: byPosition.size }, (_, position) => byPosition.get(position))).toEqual(ids);
    expect(metricSum(await readMetrics(api), 'fi_store_damaged_parts'), 'parts taken for damaged').toBe(0);
    expect(await listLetters(api, 'state=all'), 'letters in quarantine').toEqual([]);
  }
  const verified: string[] = [];
  for (const host of hostNames) {
    const { code, stdout, stderr } = await cluster.product(host).fi('verify');
    expect({ code, said: stdout + stderr }).toMatchObject({ code: 0 });
    verified.push(
      stdout
        .split('\n')
        .filter((line) => /sealed event|^clean/.test(line))
        .join('; '),
    );
  }
  return { accepted: events.accepted.size, positions: ids.length, verified };
};
