import { type Configuration, keyOf, type Space } from '../configuration.ts';
import { parseGoal } from '../goal/parse-goal.ts';
import { isWhole, type Trial } from '../trial/trial.ts';
import type { Workload } from '../workload/workload.ts';
import { rungsOf, type SearchPlan } from './halving.ts';
import { sampleSpace } from './space.ts';
import { type Summary, summariseTrials } from './summarise.ts';

/** Everything that decides which trials a search makes, and what they measure: the head of its journal. */
export interface Search {
  /** `npm-start`, `localstack`, `ministack` or a URL. */
  readonly target: string;
  /** What the target does where nobody set anything: each search has it to compare with. */
  readonly defaults: Configuration;
  readonly workload: Workload;
  readonly goal: string;
  readonly space: Space;
  readonly configurations: number;
  readonly finalists: number;
  readonly repeats: number;
  readonly eta: number;
  readonly warmUpMs: number;
  /** Of the last rung's trials. */
  readonly durationMs: number;
  readonly retries: number;
  readonly seed: number;
  /** Of serverless.yml: whose memory sizes are priced, and whose parameters `--apply` writes. */
  readonly stage: string;
}

export const planOf = (search: Search): SearchPlan => {
  const { space, seed, retries } = search;
  const configurations = sampleSpace(space, search.defaults, search.configurations, seed);
  return {
    goal: parseGoal(search.goal),
    space,
    configurations,
    rungs: rungsOf({ ...search, configurations: configurations.length }),
    retries,
    seed,
  };
};

/** What a search knows once it is done, or so far. */
export interface Findings {
  /** Of the last rung alone: what the recommendation is chosen from. */
  readonly finalists: readonly Summary[];
  /** Of everything, by the longest trials that it had. */
  readonly all: readonly Summary[];
  /** Trials that could not be measured, or after which events were lost or there twice. */
  readonly bad: readonly Trial[];
}

const keyOfTrial = ({ request }: Trial): string => keyOf(request.configuration);

export const findingsOf = (plan: SearchPlan, trials: readonly Trial[]): Findings => {
  const last = plan.rungs.length - 1;
  const bad = trials.filter(({ outcome }) => !isWhole(outcome));
  const damaging = new Set(bad.filter(({ outcome }) => outcome.kind === 'measured').map(keyOfTrial));
  // Whoever lost an event once is out for good, however its other trials went.
  const trusted = trials.filter((trial) => !damaging.has(keyOfTrial(trial)));
  const byRung = plan.rungs.map((_, index) => summariseTrials(trusted.filter(({ request }) => request.rung === index)));
  const longest = new Map(byRung.flat().map((summary) => [summary.key, summary]));
  return { finalists: byRung[last] ?? [], all: [...longest.values()], bad };
};
