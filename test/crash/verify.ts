import { expect } from 'vitest';
import { eventNumber, type LoadResult } from '../../bench/load/plan.ts';
import { readSourceEvents, type SourceEvent } from '../../bench/load/source-events.ts';
import { scanParts } from '../../bench/parts/scan-parts.ts';
import type { Api } from '../e2e/api/api.ts';
import { readAll } from '../e2e/api/events.ts';
import { eventually } from '../e2e/api/eventually.ts';
import { metricSum, readMetrics } from '../e2e/api/metrics.ts';
import { listLetters } from '../e2e/api/quarantine.ts';
import type { LocalHost } from '../e2e/hosts/host.ts';

/** What was sent, what was accepted, and how to tell one's own events. */
export interface Sent {
  readonly idPrefix: string;
  readonly load: LoadResult;
}

/** Single events that a test sent beside the load, by id. */
export interface Probes {
  readonly sent: ReadonlySet<string>;
  readonly accepted: ReadonlySet<string>;
}

const noProbes: Probes = { sent: new Set(), accepted: new Set() };

/** What the two ways of looking found. */
export interface Verdict {
  readonly accepted: number;
  readonly readable: number;
  readonly parts: number;
  /** Rows beyond the first of an event: a batch that came back after its part was published. Readers see one of them. */
  readonly repeatedRows: number;
}

const source = readSourceEvents();

const sourceOf = (number: number): SourceEvent => {
  const event = source[number % source.length];
  if (event === undefined) throw new Error(`no source for event ${number}`);
  return event;
};

const normalised = (payload: string): string => JSON.stringify(JSON.parse(payload));

/** Messages that are not stored yet, waiting or in flight. */
export const waitingMessages = async (api: Api): Promise<number> => {
  const metrics = await readMetrics(api);
  const labels = { stream: 'fi-events' };
  return metricSum(metrics, 'fi_queue_length', labels) + metricSum(metrics, 'fi_queue_pending', labels);
};

/** Waits until the queue has nothing left, in flight or waiting. */
const drained = (api: Api): Promise<true> =>
  eventually('the queue to be empty', async () => ((await waitingMessages(api)) === 0 ? true : undefined), 120_000);

/** Reads every consultation over HTTP: each of its events once, with the payload that was sent. */
const readOverHttp = async (api: Api, { idPrefix, load }: Sent): Promise<Set<number>> => {
  const found = new Set<number>();
  for (const consultationId of new Set(source.map((event) => event.consultationId))) {
    for (const event of await readAll(api, consultationId)) {
      const number = eventNumber(idPrefix, event.event_id);
      if (number === undefined || number >= load.sentEvents) throw new Error(`nobody sent ${event.event_id}`);
      if (found.has(number)) throw new Error(`${event.event_id} was answered twice`);
      found.add(number);
      const { payload, consultationId: sentTo } = sourceOf(number);
      if (sentTo !== consultationId)
        throw new Error(`${event.event_id} belongs to ${sentTo}, not to ${consultationId}`);
      if (JSON.stringify(event.payload) !== normalised(payload))
        throw new Error(`${event.event_id} has another payload`);
    }
  }
  return found;
};

/** Opens every part file, without any code of the product, and compares the payloads' bytes. */
const readParts = (storeDir: string, { idPrefix, load }: Sent, probes: Probes) => {
  const found = new Set<number>();
  const foundProbes = new Set<string>();
  let parts = 0;
  let rows = 0;
  for (const part of scanParts(storeDir)) {
    parts++;
    for (const row of part.rows) {
      if (probes.sent.has(row.eventId)) {
        foundProbes.add(row.eventId);
        continue;
      }
      rows++;
      const number = eventNumber(idPrefix, row.eventId);
      if (number === undefined || number >= load.sentEvents) throw new Error(`nobody sent ${row.eventId}`);
      const { payload, consultationId } = sourceOf(number);
      if (row.consultationId !== consultationId || row.payload.toString('utf8') !== payload) {
        throw new Error(`${row.eventId} in ${part.path} is not as it was sent`);
      }
      found.add(number);
    }
  }
  return { found, foundProbes, parts, rows };
};

const missing = (load: LoadResult, found: ReadonlySet<number>): number[] => {
  const numbers: number[] = [];
  for (const [number, accepted] of load.accepted.entries()) {
    if (accepted === 1 && !found.has(number)) numbers.push(number);
  }
  return numbers;
};

/** Drains the queue, then holds what can be read, both over HTTP and from the files, against what got a 202. */
export const verifyNothingLost = async (
  host: LocalHost,
  api: Api,
  sent: Sent,
  probes: Probes = noProbes,
): Promise<Verdict> => {
  await drained(api);
  const inParts = readParts(host.storeDir, sent, probes);
  const overHttp = await readOverHttp(api, sent);
  expect(missing(sent.load, inParts.found), 'accepted events that no part has').toEqual([]);
  expect(missing(sent.load, overHttp), 'accepted events that cannot be read').toEqual([]);
  expect(
    [...probes.accepted].filter((id) => !inParts.foundProbes.has(id)),
    'accepted probes that no part has',
  ).toEqual([]);
  expect(overHttp.size).toBe(inParts.found.size);
  const metrics = await readMetrics(api);
  expect(metrics, 'the gauge of the dead-letter queue').toMatch(/^fi_queue_length\{stream="fi-events-dead-letter"\} /m);
  const deadLetters = metricSum(metrics, 'fi_queue_length', { stream: 'fi-events-dead-letter' });
  expect(deadLetters, 'dead letters').toBe(0);
  expect(await listLetters(api, 'state=all'), 'letters in quarantine').toEqual([]);
  return {
    accepted: sent.load.acceptedEvents,
    readable: overHttp.size,
    parts: inParts.parts,
    repeatedRows: inParts.rows - inParts.found.size,
  };
};
