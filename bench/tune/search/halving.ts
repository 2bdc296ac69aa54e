import { createRandom, shuffled } from '../../measure/random.ts';
import { type Configuration, keyOf, type Space } from '../configuration.ts';
import { rank } from '../goal/choose.ts';
import type { Goal } from '../goal/parse-goal.ts';
import { slotOf, type Trial, type TrialRequest } from '../trial/trial.ts';
import { neighboursOf } from './space.ts';
import { summariseTrials } from './summarise.ts';

/** One round of a search. */
export interface Rung {
  /** Configurations that it takes over from the rung before, the best of that. */
  readonly keep: number;
  /** Configurations that are new in it: the neighbours of the best one. */
  readonly neighbours: number;
  readonly repeats: number;
  readonly durationMs: number;
}

/** What a search does, but for what comes out of its trials. */
export interface SearchPlan {
  readonly goal: Goal;
  readonly space: Space;
  /** The first one is the defaults; it stays until the end, to be compared with. */
  readonly configurations: readonly Configuration[];
  readonly rungs: readonly Rung[];
  /** How often a repeat is measured again that failed or was noisy. */
  readonly retries: number;
  readonly seed: number;
}

export interface RungOptions {
  readonly configurations: number;
  /** Of the last rung. */
  readonly finalists: number;
  readonly repeats: number;
  readonly durationMs: number;
  /** One of so many goes on to the next rung, whose trials are so many times as long. */
  readonly eta: number;
}

/** Shorter trials say nothing. */
const shortestMs = 1_000;

/**
 * The rungs of successive halving (Jamieson and Talwalkar, 2016): many configurations briefly, the better part of them again and longer, until
 * few are left, which are measured several times. Each rung but the first also looks at the neighbours of the best one so far.
 */
export const rungsOf = ({ configurations, finalists, repeats, durationMs, eta }: RungOptions): readonly Rung[] => {
  const sizes = [configurations];
  for (let size = configurations; size > finalists; ) {
    size = Math.max(finalists, Math.ceil(size / eta));
    sizes.push(size);
  }
  const last = sizes.length - 1;
  return sizes.map((keep, index) => ({
    keep,
    neighbours: index === 0 || index === last ? 0 : Math.ceil(keep / 2),
    repeats: index === last ? repeats : 1,
    durationMs: Math.min(durationMs, Math.max(shortestMs, Math.round(durationMs / eta ** (last - index)))),
  }));
};

/** What a search does next. */
export type NextStep =
  | { readonly kind: 'measure'; readonly request: TrialRequest; readonly left: readonly TrialsLeft[] }
  | { readonly kind: 'done' };

/** So many trials of that length are still to come, this one among them; later rungs may need a few more, for noise. */
export interface TrialsLeft {
  readonly count: number;
  readonly durationMs: number;
}

const trialsOf = (trials: readonly Trial[], rung: number): readonly Trial[] =>
  trials.filter(({ request }) => request.rung === rung);

const isSettled = ({ noise, outcome }: Trial): boolean => outcome.kind === 'measured' && noise.length === 0;

/** All repeats of a rung, each repeat in a random order of its own, so that what changes about the machine hits all alike. */
const requestsOf = (
  plan: SearchPlan,
  index: number,
  entrants: readonly Configuration[],
): readonly Omit<TrialRequest, 'attempt'>[] => {
  const { repeats = 0, durationMs = 0 } = plan.rungs[index] ?? {};
  const random = createRandom(plan.seed + index);
  return Array.from({ length: repeats }, (_, repeat) =>
    shuffled(entrants, random).map((configuration) => ({
      rung: index,
      configuration,
      repeat: repeat + 1,
      durationMs,
    })),
  ).flat();
};

/** What is still to be measured in a rung; first what was never, then what has to be again. */
const missing = (
  requests: readonly Omit<TrialRequest, 'attempt'>[],
  trials: readonly Trial[],
  retries: number,
): readonly TrialRequest[] => {
  const attempts = Map.groupBy(trials, ({ request }) => slotOf(request));
  const fresh: TrialRequest[] = [];
  const again: TrialRequest[] = [];
  for (const request of requests) {
    const own = attempts.get(slotOf(request)) ?? [];
    if (own.length === 0) fresh.push({ ...request, attempt: 1 });
    else if (!own.some(isSettled) && own.length <= retries) again.push({ ...request, attempt: own.length + 1 });
  }
  return [...fresh, ...again];
};

/** Who is in the next rung: the best of this one, the defaults, and neighbours of the best that nobody looked at. */
const promoted = (plan: SearchPlan, next: Rung, trials: readonly Trial[], rung: number): readonly Configuration[] => {
  const summaries = new Map(summariseTrials(trialsOf(trials, rung)).map((summary) => [summary.key, summary]));
  const ranked = rank(plan.goal, [...summaries.values()]).flatMap(({ key }) => summaries.get(key)?.configuration ?? []);
  const kept = ranked.slice(0, next.keep);
  const [usual] = plan.configurations;
  // Not those of later rungs: who is in the next one must stay the same while it is measured.
  const earlier = trials.filter(({ request }) => request.rung <= rung);
  const measured = new Set(earlier.map(({ request }) => keyOf(request.configuration)));
  const [best] = ranked;
  const neighbours = best === undefined ? [] : neighboursOf(plan.space, best);
  const fresh = neighbours.filter((each) => !measured.has(keyOf(each)));
  const chosen = shuffled(fresh, createRandom(plan.seed + rung)).slice(0, next.neighbours);
  const all = [...kept, ...chosen, ...(usual === undefined ? [] : [usual])];
  return [...new Map(all.map((each) => [keyOf(each), each])).values()];
};

const laterTrials = ({ rungs }: SearchPlan, after: number): readonly TrialsLeft[] =>
  rungs
    .slice(after + 1)
    .map(({ keep, neighbours, repeats, durationMs }) => ({ count: (keep + neighbours + 1) * repeats, durationMs }));

/**
 * What a search measures next, from nothing but its plan and the trials so far: a search that was killed goes on where it was. A trial in a
 * noisy window, or one that failed, is measured again, `retries` times at most.
 */
export const nextStep = (plan: SearchPlan, trials: readonly Trial[]): NextStep => {
  let entrants = plan.configurations;
  for (const [index, rung] of plan.rungs.entries()) {
    const left = missing(requestsOf(plan, index, entrants), trialsOf(trials, index), plan.retries);
    const [request] = left;
    if (request !== undefined) {
      const now = { count: left.length, durationMs: rung.durationMs };
      return { kind: 'measure', request, left: [now, ...laterTrials(plan, index)] };
    }
    const next = plan.rungs[index + 1];
    if (next !== undefined) entrants = promoted(plan, next, trials, index);
  }
  return { kind: 'done' };
};
