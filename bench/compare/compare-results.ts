import { type Better, type Comparison, compareAll, type Pair } from '../measure/compare.ts';
import { createRandom } from '../measure/random.ts';
import { reasonsOf } from '../report/evaluate.ts';
import { type BenchResult, quickestCalibrationMs, type ScenarioResult } from '../run/result.ts';
import type { Metric } from '../scenarios/scenario.ts';

export interface CompareSettings {
  /** How often two runs of the same thing may be told apart, over all metrics. */
  readonly alpha: number;
  readonly minimalEffect: number;
  /** Whether repeats on a busy machine count, too. */
  readonly countNoisy: boolean;
  /** Scenarios to compare; all where undefined. */
  readonly only: readonly string[] | undefined;
}

/** One metric of both runs. */
export interface MetricComparison {
  readonly scenario: string;
  readonly metric: Metric;
  readonly baseline: readonly number[];
  readonly candidate: readonly number[];
  readonly comparison: Comparison;
}

export interface ResultComparison {
  readonly metrics: readonly MetricComparison[];
  /** What could not be compared, and why. */
  readonly left: readonly string[];
  /** Differences of the machines, or of what was measured, that make the rest doubtful. */
  readonly doubts: readonly string[];
}

/** Of fewer than four to four the rank test cannot fall below 0.05. */
const fewest = 4;

/** Two runs whose machines were so different at their best measured the machine. */
const mostCalibrationRatio = 1.1;

type Named = Omit<MetricComparison, 'comparison'> & { readonly better: Better };

/** An exact value counts whatever the machine did. */
const valuesOf = (
  { repeats }: ScenarioResult,
  name: string,
  countNoisy: boolean,
  quickestMs: number,
): readonly number[] =>
  repeats
    .filter((repeat) => countNoisy || reasonsOf(repeat, quickestMs).length === 0)
    .flatMap(({ values: { [name]: value } }) => (value === undefined ? [] : [value]));

const doubtsOf = (baseline: BenchResult, candidate: BenchResult): readonly string[] => {
  const doubts: string[] = [];
  for (const name of ['processor', 'processors', 'fileSystem', 'disk', 'node'] as const) {
    const [before, after] = [baseline.machine[name], candidate.machine[name]];
    if (before !== after) doubts.push(`the ${name} was ${before} and is ${after}`);
  }
  const ratio = quickestCalibrationMs(candidate) / quickestCalibrationMs(baseline);
  if (Math.max(ratio, 1 / ratio) > mostCalibrationRatio) {
    doubts.push(`the machine itself took ${ratio.toFixed(2)} times as long for the same work`);
  }
  if (JSON.stringify(baseline.scale) !== JSON.stringify(candidate.scale)) {
    doubts.push('the runs did not measure at the same scale');
  }
  return doubts;
};

const namedOf = (
  baseline: BenchResult,
  candidate: BenchResult,
  { only, countNoisy }: CompareSettings,
  left: string[],
): readonly Named[] => {
  const [beforeQuickest, afterQuickest] = [quickestCalibrationMs(baseline), quickestCalibrationMs(candidate)];
  return candidate.scenarios.flatMap((scenario) => {
    if (only !== undefined && !only.includes(scenario.name)) return [];
    const former = baseline.scenarios.find(({ name }) => name === scenario.name);
    if (former === undefined) {
      left.push(`${scenario.name}: only one of the runs has it`);
      return [];
    }
    const named = Object.entries(scenario.metrics).flatMap(([name, metric]): readonly Named[] => {
      const isMeasured = [former, scenario].some(({ repeats }) => repeats.some(({ values }) => name in values));
      if (metric.better === 'neither' || !isMeasured) return [];
      const all = countNoisy || metric.exact === true;
      return [
        {
          scenario: scenario.name,
          metric,
          better: metric.better,
          baseline: valuesOf(former, name, all, beforeQuickest),
          candidate: valuesOf(scenario, name, all, afterQuickest),
        },
      ];
    });
    const enough = named.filter((pair) => Math.min(pair.baseline.length, pair.candidate.length) >= fewest);
    const few = named.find((pair) => !enough.includes(pair));
    if (few !== undefined) {
      left.push(
        `${scenario.name}: ${named.length - enough.length} metrics with ${few.baseline.length} and ${few.candidate.length} quiet repeats, ${fewest} are needed`,
      );
    }
    return enough;
  });
};

/** Compares what two runs measured, metric by metric. */
export const compareResults = (
  baseline: BenchResult,
  candidate: BenchResult,
  settings: CompareSettings,
): ResultComparison => {
  const left: string[] = [];
  const named = namedOf(baseline, candidate, settings, left);
  const pairs: readonly Pair[] = named;
  const compared = compareAll(pairs, { ...settings, random: createRandom(candidate.seed) });
  const metrics = named.flatMap(({ better: _, ...pair }, index) => {
    const comparison = compared[index];
    return comparison === undefined ? [] : [{ ...pair, comparison }];
  });
  return { metrics, left, doubts: doubtsOf(baseline, candidate) };
};
