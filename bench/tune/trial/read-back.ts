import { eventNumber } from '../../load/plan.ts';
import type { LoadRun } from '../../load/run-loads.ts';
import { readSourceEvents } from '../../load/source-events.ts';
import type { RunningTarget } from '../targets/target.ts';

/** What became of the events of a load, as a reader of the API sees them. */
export interface ReadBack {
  readonly accepted: number;
  /** Accepted, and not to be read. */
  readonly lost: number;
  /** To be read more than once. */
  readonly repeated: number;
}

type Api = Pick<RunningTarget, 'baseUrl' | 'headers'>;

const pageEvents = 1_000;

/** Consultations that are read at a time. */
const readersAtOnce = 4;

/** What seals while it is read moves from one page to another: a second look tells what was there all the time. */
const looks = 3;

interface Page {
  readonly events: readonly { readonly event_id: string }[];
  readonly next?: string | null;
}

const readPage = async ({ baseUrl, headers }: Api, consultationId: string, after: string): Promise<Page> => {
  const path = `/consultations/${encodeURIComponent(consultationId)}/events?unsealed=true&limit=${pageEvents}${after}`;
  const answer = await fetch(`${baseUrl}${path}`, { headers });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`reading back, ${path} was answered ${answer.status}: ${text}`);
  return JSON.parse(text) as Page;
};

async function* idsOf(api: Api, consultationId: string): AsyncGenerator<string> {
  let after = '';
  for (;;) {
    const { events, next } = await readPage(api, consultationId, after);
    for (const { event_id } of events) yield event_id;
    if (next === null || next === undefined) return;
    after = `&after=${encodeURIComponent(next)}`;
  }
}

/** How often each event of each run was read, at most 255 times. */
const countReads = async (api: Api, runs: readonly LoadRun[]): Promise<readonly Uint8Array[]> => {
  const counts = runs.map(({ result }) => new Uint8Array(result.sentEvents));
  const consultations = [...new Set(readSourceEvents().map(({ consultationId }) => consultationId))];
  const read = async (): Promise<void> => {
    for (let consultationId = consultations.pop(); consultationId !== undefined; consultationId = consultations.pop()) {
      for await (const id of idsOf(api, consultationId)) {
        for (const [index, { idPrefix }] of runs.entries()) {
          const number = eventNumber(idPrefix, id);
          const own = counts[index];
          if (number !== undefined && own !== undefined) own[number] = Math.min(255, (own[number] ?? 0) + 1);
        }
      }
    }
  };
  await Promise.all(Array.from({ length: readersAtOnce }, read));
  return counts;
};

const compare = (runs: readonly LoadRun[], counts: readonly Uint8Array[]): ReadBack => {
  let [accepted, lost, repeated] = [0, 0, 0];
  for (const [index, { result }] of runs.entries()) {
    accepted += result.acceptedEvents;
    for (const [number, wasAccepted] of result.accepted.entries()) {
      const reads = counts[index]?.[number] ?? 0;
      if (wasAccepted === 1 && reads === 0) lost++;
      if (reads > 1) repeated++;
    }
  }
  return { accepted, lost, repeated };
};

/** Reads every event of a load by the API: each that got a 202 must be there, once. */
export const readBack = async (api: Api, runs: readonly LoadRun[]): Promise<ReadBack> => {
  for (let look = 1; ; look++) {
    const found = compare(runs, await countReads(api, runs));
    if ((found.lost === 0 && found.repeated === 0) || look === looks) return found;
  }
};
