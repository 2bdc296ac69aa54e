import { aims, type Budget, budgets } from '../budgets.ts';
import { judge, type Sample, type Summary, summarise, type Verdict } from '../measure/judge.ts';
import { reasonsOfNoise } from '../measure/noise.ts';
import { createRandom, type Random } from '../measure/random.ts';
import { type BenchResult, quickestCalibrationMs, type Repeat, type ScenarioResult } from '../run/result.ts';
import type { Metric } from '../scenarios/scenario.ts';

export interface MetricSummary {
  readonly name: string;
  readonly metric: Metric;
  /** Undefined where no repeat has a value. */
  readonly summary: Summary | undefined;
}

export interface ScenarioSummary {
  readonly scenario: ScenarioResult;
  readonly metrics: readonly MetricSummary[];
  /** Why each repeat counts as noisy, by its number; quiet ones are not in it. */
  readonly noisy: ReadonlyMap<number, readonly string[]>;
}

export interface BudgetVerdict {
  readonly budget: Budget;
  readonly unit: string;
  readonly summary: Summary | undefined;
  readonly verdict: Verdict;
}

/** Whether the instrument itself is fast enough to believe it. */
export interface Instrument {
  /** How many times what the product accepts the generator gets from a bare server. */
  readonly ratio: number;
  readonly isFastEnough: boolean;
}

export interface Evaluation {
  readonly scenarios: readonly ScenarioSummary[];
  /** Of the scenarios that were selected. */
  readonly budgets: readonly BudgetVerdict[];
  readonly aims: readonly BudgetVerdict[];
  /** Undefined where one of both was not measured. */
  readonly instrument: Instrument | undefined;
  readonly lostEvents: number;
  readonly failures: readonly string[];
}

/** A generator that gets less than this from a bare server would be a part of what it measures. */
const leastGeneratorRatio = 1.2;

/** Why a repeat counts as noisy; empty when it does not. */
export const reasonsOf = (repeat: Repeat, quickestMs: number): readonly string[] => [
  ...reasonsOfNoise(repeat.noise, quickestMs),
  ...(repeat.doubts ?? []),
];

export const summariseScenario = (scenario: ScenarioResult, quickestMs: number, random: Random): ScenarioSummary => {
  const noisy = new Map<number, readonly string[]>();
  for (const repeat of scenario.repeats) {
    const reasons = reasonsOf(repeat, quickestMs);
    if (reasons.length > 0) noisy.set(repeat.repeat, reasons);
  }
  const samplesOf = (name: string): readonly Sample[] =>
    scenario.repeats.flatMap(({ values, repeat }) => {
      const value = values[name];
      return value === undefined ? [] : [{ value, quiet: !noisy.has(repeat) }];
    });
  const metrics = Object.entries(scenario.metrics).map(([name, metric]) => ({
    name,
    metric,
    summary: summarise(samplesOf(name), random),
  }));
  return { scenario, metrics, noisy };
};

const judgeAll = (
  rows: readonly Budget[],
  scenarios: readonly ScenarioSummary[],
  isFull: boolean,
): readonly BudgetVerdict[] =>
  rows.flatMap((budget) => {
    const scenario = scenarios.find(({ scenario: { name } }) => name === budget.scenario);
    const found = scenario?.metrics.find(({ name }) => name === budget.metric);
    if (scenario === undefined || found === undefined) return [];
    const { metric, summary } = found;
    const common = { budget, unit: metric.unit, summary };
    const { skipped } = scenario.scenario;
    if (skipped !== undefined) return [{ ...common, verdict: { kind: 'inconclusive', reason: `skipped: ${skipped}` } }];
    if (!isFull && metric.exact !== true) {
      return [{ ...common, verdict: { kind: 'inconclusive', reason: 'a quick run judges no speed' } }];
    }
    return [{ ...common, verdict: judge(summary, budget.threshold, metric.exact === true) }];
  });

const instrumentOf = (scenarios: readonly ScenarioSummary[]): Instrument | undefined => {
  const rateOf = (name: string): number | undefined =>
    scenarios
      .find(({ scenario }) => scenario.name === name)
      ?.metrics.find((metric) => metric.name === 'requestsPerSecond')?.summary?.median;
  const [bare, ours] = [rateOf('generator'), rateOf('accept-max')];
  if (bare === undefined || ours === undefined) return undefined;
  return { ratio: bare / ours, isFastEnough: bare / ours >= leastGeneratorRatio };
};

/** Everything that a report says about a run; the same for the same result. */
export const evaluate = (result: BenchResult): Evaluation => {
  const random = createRandom(result.seed);
  const quickestMs = quickestCalibrationMs(result);
  const scenarios = result.scenarios.map((scenario) => summariseScenario(scenario, quickestMs, random));
  const isFull = result.scaleName === 'full';
  return {
    scenarios,
    budgets: judgeAll(budgets, scenarios, isFull),
    aims: judgeAll(aims, scenarios, isFull),
    instrument: instrumentOf(scenarios),
    lostEvents: result.scenarios.reduce(
      (sum, { repeats }) => sum + repeats.reduce((lost, repeat) => lost + repeat.lost, 0),
      0,
    ),
    failures: result.scenarios.flatMap(({ name, failures }) => failures.map((failure) => `${name}: ${failure}`)),
  };
};
