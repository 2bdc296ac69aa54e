import { budgets } from '../../budgets.ts';
import { fewestRepeats, judge, type Summary, summarise, type Verdict } from '../../measure/judge.ts';
import { createRandom, type Random } from '../../measure/random.ts';
import { reasonsOf, type ScenarioSummary, summariseScenario } from '../../report/evaluate.ts';
import type { ScenarioResult } from '../../run/result.ts';
import type { ComparisonResult, ContenderResult, PeersResult } from '../run/result.ts';
import { timesBetter } from './times-better.ts';

export interface ContenderSummary {
  readonly contender: ContenderResult;
  readonly summary: ScenarioSummary;
  /** How many times better ours is, by the metric's name; above 1 ours is ahead. Of ours none. */
  readonly times: Readonly<Record<string, Summary | undefined>>;
}

export interface ComparisonSummary {
  readonly comparison: ComparisonResult;
  readonly contenders: readonly ContenderSummary[];
}

/** A budget that is a multiple of what the report's own stack does. */
export interface TimesVerdict {
  readonly what: string;
  readonly peer: string;
  readonly atLeast: number;
  readonly times: Summary | undefined;
  readonly verdict: Verdict;
}

export interface PeersEvaluation {
  readonly comparisons: readonly ComparisonSummary[];
  readonly budgets: readonly TimesVerdict[];
  /** Events that ours accepted and lost. */
  readonly lostByOurs: number;
  readonly failures: readonly string[];
}

/** Which peer a budget's multiple is of, by the budget's scenario: the report's stack at its best that is as durable as ours. */
const stackOfBudget: Readonly<Record<string, { readonly comparison: string; readonly peer: string }>> = {
  'accept-max': { comparison: 'accept', peer: 'report-phase-2-best' },
  persist: { comparison: 'drain', peer: 'report-worker-batched' },
};

const scenarioResult = ({ name, metrics, runs }: ComparisonResult, contender: ContenderResult): ScenarioResult => ({
  ...contender,
  name: `${name}: ${contender.name}`,
  metrics,
  repeats: runs.filter((run) => run.contender === contender.name),
});

const summariseComparison = (comparison: ComparisonResult, quickestMs: number, random: Random): ComparisonSummary => {
  const summaryOf = (contender: ContenderResult): ContenderSummary => {
    const times = Object.keys(comparison.metrics).map((metric) => {
      const samples = timesBetter(comparison, contender.name, metric, (run) => reasonsOf(run, quickestMs).length === 0);
      return [metric, contender === comparison.ours ? undefined : summarise(samples, random)] as const;
    });
    return {
      contender,
      summary: summariseScenario(scenarioResult(comparison, contender), quickestMs, random),
      times: Object.fromEntries(times),
    };
  };
  return { comparison, contenders: [comparison.ours, ...comparison.peers].map(summaryOf) };
};

/** Noise makes either side slower, and so a ratio larger or smaller: on a busy machine even one that is met shows nothing. */
const verdictOn = (times: Summary | undefined, atLeast: number, isFull: boolean): Verdict => {
  if (!isFull) return { kind: 'inconclusive', reason: 'a quick run judges no speed' };
  if (times !== undefined && times.count >= fewestRepeats && times.quiet < fewestRepeats) {
    return {
      kind: 'inconclusive',
      reason: `the machine was busy: ${times.quiet} of ${times.count} ratios are of quiet runs`,
    };
  }
  return judge(times, { atLeast }, false);
};

const judgeTimes = (comparisons: readonly ComparisonSummary[], isFull: boolean): readonly TimesVerdict[] =>
  budgets.flatMap(({ what, scenario, metric, timesReportStack: atLeast }) => {
    const stack = stackOfBudget[scenario];
    if (atLeast === undefined || stack === undefined) return [];
    const found = comparisons.find(({ comparison }) => comparison.name === stack.comparison);
    const peer = found?.contenders.find(({ contender: { name } }) => name === stack.peer);
    if (peer === undefined) return [];
    const times = peer.times[metric];
    return [{ what, peer: stack.peer, atLeast, times, verdict: verdictOn(times, atLeast, isFull) }];
  });

/** Everything that a report says about a run; the same for the same result. */
export const evaluatePeers = (result: PeersResult): PeersEvaluation => {
  const random = createRandom(result.seed);
  const runs = result.comparisons.flatMap((comparison) => comparison.runs);
  const quickestMs = Math.min(...runs.flatMap(({ noise }) => [noise.before.quickestMs, noise.after.quickestMs]));
  const comparisons = result.comparisons.map((each) => summariseComparison(each, quickestMs, random));
  return {
    comparisons,
    budgets: judgeTimes(comparisons, result.scaleName === 'full'),
    lostByOurs: result.comparisons
      .flatMap(({ ours, runs }) => runs.filter(({ contender }) => contender === ours.name))
      .reduce((sum, { lost }) => sum + lost, 0),
    failures: result.comparisons.flatMap(({ name, ours, peers }) =>
      [ours, ...peers].flatMap((each) => each.failures.map((failure) => `${name}: ${each.name}: ${failure}`)),
    ),
  };
};
