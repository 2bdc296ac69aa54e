import { type LoadPlan, type LoadResult, newIdPrefix } from './plan.ts';
import { runLoad } from './run-load.ts';

/** One generator's run, with what tells its events from those of others. */
export interface LoadRun {
  readonly idPrefix: string;
  readonly result: LoadResult;
}

/** A plan for several generators: each has ids of its own. */
export type SharedPlan = Omit<LoadPlan, 'idPrefix' | 'requests'>;

const shareOf = (total: number, count: number, index: number): number =>
  Math.floor(total / count) + (index < total % count ? 1 : 0);

/** The plan's connections, and its rate, dealt out to some generators; no more of them than connections. */
export const splitPlan = (plan: SharedPlan, generators: number): readonly LoadPlan[] => {
  const count = Math.min(generators, plan.connections);
  return Array.from({ length: count }, (_, index) => {
    const connections = shareOf(plan.connections, count, index);
    const { arrival } = plan;
    const mine =
      arrival.kind === 'constant' ? { ...arrival, requestsPerSecond: arrival.requestsPerSecond / count } : arrival;
    return { ...plan, connections, arrival: mine, idPrefix: newIdPrefix() };
  });
};

/** Runs a plan by some generators at once, each a process of its own. */
export const runLoads = (plan: SharedPlan, generators = 1): Promise<readonly LoadRun[]> =>
  Promise.all(
    splitPlan(plan, generators).map(async (mine) => ({
      idPrefix: mine.idPrefix ?? '',
      result: await runLoad(mine),
    })),
  );

/** What several generators saw, as if it had been one. */
export interface JoinedResult {
  readonly elapsedMs: number;
  readonly statuses: Readonly<Record<number, number>>;
  /** Requests that got another answer than a 202 for all their events, or none. */
  readonly failed: number;
  /** Requests that were due and never sent; among those that failed. */
  readonly givenUp: number;
  /** Requests that the target left without an answer; among those that failed. */
  readonly unanswered: number;
  readonly acceptedEvents: number;
  readonly latenciesMs: Float64Array;
  readonly latenessMs: Float64Array;
  /** Of all generators, in milliseconds. */
  readonly processorMs: number;
}

const joinedAscending = (lists: readonly Float64Array[]): Float64Array => {
  const joined = new Float64Array(lists.reduce((sum, list) => sum + list.length, 0));
  let at = 0;
  for (const list of lists) {
    joined.set(list, at);
    at += list.length;
  }
  return joined.sort();
};

export const joinResults = (runs: readonly LoadRun[]): JoinedResult => {
  const results = runs.map(({ result }) => result);
  const statuses: Record<number, number> = {};
  let failed = 0;
  for (const result of results) {
    failed += result.lost + result.partial + result.givenUp + result.unanswered;
    for (const [status, count] of Object.entries(result.statuses)) {
      statuses[Number(status)] = (statuses[Number(status)] ?? 0) + count;
      if (status !== '202') failed += count;
    }
  }
  return {
    elapsedMs: Math.max(...results.map(({ elapsedMs }) => elapsedMs)),
    statuses,
    failed,
    givenUp: results.reduce((sum, { givenUp }) => sum + givenUp, 0),
    unanswered: results.reduce((sum, { unanswered }) => sum + unanswered, 0),
    acceptedEvents: results.reduce((sum, { acceptedEvents }) => sum + acceptedEvents, 0),
    latenciesMs: joinedAscending(results.map(({ latenciesMs }) => latenciesMs)),
    latenessMs: joinedAscending(results.map(({ latenessMs }) => latenessMs)),
    processorMs: results.reduce((sum, { processorMs = 0 }) => sum + processorMs, 0),
  };
};
