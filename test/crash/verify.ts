import { expect } from 'vitest';
import { eventIdOf, eventNumber, type LoadResult } from '../../bench/load/plan.ts';
import { readSourceEvents, type SourceEvent } from '../../bench/load/source-events.ts';
import { liveFiles } from '../../bench/parts/live-files.ts';
import { scanParts } from '../../bench/parts/scan-parts.ts';
import type { Api } from '../e2e/api/api.ts';
import { readAll } from '../e2e/api/events.ts';
import { eventually } from '../e2e/api/eventually.ts';
import { metricSum, readMetrics } from '../e2e/api/metrics.ts';
import { listLetters } from '../e2e/api/quarantine.ts';

/** What one run of the load generator sent, what was accepted, and how to tell its events from others. */
export interface Sent {
  readonly idPrefix: string;
  readonly load: LoadResult;
}

/** The run that sent the event, and the event's number in it. @throws Error when nobody did. */
const senderOf = (runs: readonly Sent[], eventId: string): { readonly run: Sent; readonly number: number } => {
  for (const run of runs) {
    const number = eventNumber(run.idPrefix, eventId);
    if (number !== undefined && number < run.load.sentEvents) return { run, number };
  }
  throw new Error(`nobody sent ${eventId}`);
};

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
  /** Events that have positions. */
  readonly sealed: number;
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

/** Waits until whatever can be sealed is: what is sealed between two pages moves from one to the other. */
const untilAllSealed = (storeDir: string): Promise<true> =>
  eventually('everything to be sealed', () => (liveFiles(storeDir).unsealed.length === 0 ? true : undefined), 120_000);

/** Reads every consultation over HTTP: each of its events once, with the payload that was sent. */
const readOverHttp = async (api: Api, runs: readonly Sent[]): Promise<Map<string, number | undefined>> => {
  const found = new Map<string, number | undefined>();
  for (const consultationId of new Set(source.map((event) => event.consultationId))) {
    for (const event of await readAll(api, consultationId)) {
      const { number } = senderOf(runs, event.event_id);
      if (found.has(event.event_id)) throw new Error(`${event.event_id} was answered twice`);
      found.set(event.event_id, event.position);
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
const readParts = (storeDir: string, runs: readonly Sent[], probes: Probes) => {
  const found = new Map<string, number | undefined>();
  const foundProbes = new Set<string>();
  const positions: number[] = [];
  let parts = 0;
  let rows = 0;
  for (const part of scanParts(storeDir)) {
    parts++;
    for (const row of part.rows) {
      if (row.position !== undefined) positions.push(row.position);
      if (probes.sent.has(row.eventId)) {
        foundProbes.add(row.eventId);
        continue;
      }
      rows++;
      const { payload, consultationId } = sourceOf(senderOf(runs, row.eventId).number);
      if (row.consultationId !== consultationId || row.payload.toString('utf8') !== payload) {
        throw new Error(`${row.eventId} in ${part.path} is not as it was sent`);
      }
      // Sealed parts come first: a row of level 0 beside one of them is a repeat that no sealer has dropped yet.
      if (!found.has(row.eventId)) found.set(row.eventId, row.position);
      else if (row.position !== undefined) throw new Error(`${row.eventId} has two positions`);
    }
  }
  return { found, foundProbes, positions, parts, rows };
};

const missing = (runs: readonly Sent[], found: ReadonlyMap<string, unknown>): string[] => {
  const ids: string[] = [];
  for (const { idPrefix, load } of runs) {
    for (const [number, accepted] of load.accepted.entries()) {
      const id = eventIdOf(idPrefix, number);
      if (accepted === 1 && !found.has(id)) ids.push(id);
    }
  }
  return ids;
};

/** Drains the queue and, on a host that seals soon, level 0; then holds what can be read, over HTTP and from the files, against what got a 202. */
export const verifyNothingLost = async (
  host: { readonly storeDir: string; readonly sealsSoon?: boolean },
  api: Api,
  runs: readonly Sent[],
  probes: Probes = noProbes,
): Promise<Verdict> => {
  await drained(api);
  if (host.sealsSoon) await untilAllSealed(host.storeDir);
  const inParts = readParts(host.storeDir, runs, probes);
  const overHttp = await readOverHttp(api, runs);
  expect(missing(runs, inParts.found), 'accepted events that no part has').toEqual([]);
  expect(missing(runs, overHttp), 'accepted events that cannot be read').toEqual([]);
  expect(
    [...probes.accepted].filter((id) => !inParts.foundProbes.has(id)),
    'accepted probes that no part has',
  ).toEqual([]);
  expect(overHttp.size).toBe(inParts.found.size);
  for (const [id, position] of overHttp) {
    if (inParts.found.get(id) !== position) throw new Error(`${id} is read at ${position}, not where its part has it`);
  }
  const positions = inParts.positions.toSorted((left, right) => left - right);
  expect(
    positions.findIndex((position, index) => position !== index),
    'a position that is missing or given twice',
  ).toBe(-1);
  expect(positions.length, 'events in the signed log').toBe(liveFiles(host.storeDir).logSize);
  const metrics = await readMetrics(api);
  expect(metrics, 'the gauge of the dead-letter queue').toMatch(/^fi_queue_length\{stream="fi-events-dead-letter"\} /m);
  const deadLetters = metricSum(metrics, 'fi_queue_length', { stream: 'fi-events-dead-letter' });
  expect(deadLetters, 'dead letters').toBe(0);
  expect(await listLetters(api, 'state=all'), 'letters in quarantine').toEqual([]);
  return {
    accepted: runs.reduce((sum, { load }) => sum + load.acceptedEvents, 0),
    readable: overHttp.size,
    parts: inParts.parts,
    repeatedRows: inParts.rows - inParts.found.size,
    sealed: positions.length,
  };
};
