import { summarise } from '../../measure/judge.ts';
import type { Machine } from '../../measure/machine.ts';
import { createRandom } from '../../measure/random.ts';
import type { Spectrum } from '../../measure/spectrum.ts';
import { reasonsOf } from '../../report/evaluate.ts';
import { type BenchResult, quickestCalibrationMs, type ScenarioResult } from '../../run/result.ts';
import type { Surroundings } from '../node/configuration.ts';
import type { NodeCosts, WorkCosts } from '../node/costs.ts';
import { simulateNode } from '../node/simulate-node.ts';
import { disk } from './disk.ts';
import { type Equation, fitNonNegative } from './fit.ts';
import type { NodeTrial } from './observe-node.ts';
import { sealing } from './sealing.ts';
import { calibrationTrials } from './trials.ts';

/** How many times an event is written again by merges in the long run: two to seven, as the README has it; three are what a day of 10M events comes to. */
const mergesPerEvent = 3;

/** The calibration file lacks something. */
export class CalibrationIncomplete extends Error {
  override readonly name = 'CalibrationIncomplete';
}

const scenarioOf = (result: BenchResult, name: string): ScenarioResult => {
  const found = result.scenarios.find((scenario) => scenario.name === name);
  if (found !== undefined && found.repeats.length > 0) return found;
  throw new CalibrationIncomplete(
    `the calibration has no measurement of ${name}: make one with "fi capacity --calibrate FILE"`,
  );
};

/** Medians over repeats: the quiet ones alone, where there are enough of them. */
export const mediansOf = (result: BenchResult, name: string): Readonly<Record<string, number>> => {
  const scenario = scenarioOf(result, name);
  const quickestMs = quickestCalibrationMs(result);
  const names = new Set(scenario.repeats.flatMap(({ values }) => Object.keys(values)));
  return Object.fromEntries(
    [...names].flatMap((metric) => {
      const samples = scenario.repeats.flatMap((repeat) => {
        const value = repeat.values[metric];
        return value === undefined ? [] : [{ value, quiet: reasonsOf(repeat, quickestMs).length === 0 }];
      });
      const summary = summarise(samples, createRandom(result.seed));
      return summary === undefined ? [] : [[metric, summary.median] as const];
    }),
  );
};

/** Share of all processors that others had, in the median of the repeats. */
const othersShareOf = ({ repeats }: ScenarioResult): number => {
  const samples = repeats.flatMap(({ noise }) => (noise.othersShare === undefined ? [] : [noise.othersShare]));
  return (
    summarise(
      samples.map((value) => ({ value, quiet: true })),
      createRandom(1),
    )?.median ?? 0
  );
};

/** What this machine was like while a trial was measured, its load generator on it. */
export const surroundingsOf = (scenario: ScenarioResult, { processors }: Machine): Surroundings => ({
  processors,
  othersShare: othersShareOf(scenario),
  generatorIsLocal: true,
});

/** The distribution of the repeat whose median is the least: what else a machine does makes a disk slower and nothing quicker. */
const quickestSpectrum = (result: BenchResult, name: string, of: string): Spectrum => {
  const medianOf = (spectrum: Spectrum): number => spectrum.find(([share]) => share >= 0.5)?.[1] ?? Number.NaN;
  const [quickest] = scenarioOf(result, name)
    .repeats.flatMap(({ spectra = {} }) => (spectra[of] === undefined ? [] : [spectra[of]]))
    .sort((left, right) => medianOf(left) - medianOf(right));
  if (quickest === undefined) throw new CalibrationIncomplete(`the calibration has no distribution of ${name}: ${of}`);
  return quickest;
};

/** A trial with what was measured of it, and how many events shared a message: that alone nobody can see from outside, and the simulation says it. */
interface Measured {
  readonly trial: NodeTrial;
  readonly values: Readonly<Record<string, number>>;
  readonly surroundings: Surroundings;
  readonly eventsPerMessage: number;
}

const amountsPerEvent = ({ trial, values, eventsPerMessage }: Measured): Record<keyof WorkCosts, number> => ({
  perRequestUs: 1 / trial.load.eventsPerRequest,
  perEventUs: 1,
  perMessageUs: 1 / eventsPerMessage,
  perBatchUs: 1 / (values.eventsPerBatch ?? Number.POSITIVE_INFINITY),
});

/** Finds what each of some amounts costs a kind of thread, from its processor time an event in all trials. */
const fitWork = (measured: readonly Measured[], metric: string, depends: readonly (keyof WorkCosts)[]): WorkCosts => {
  const equations = measured.map((each): Equation => {
    const amounts = amountsPerEvent(each);
    return { factors: depends.map((name) => amounts[name]), value: each.values[metric] ?? 0 };
  });
  const found = fitNonNegative(equations, depends.length);
  const none: WorkCosts = { perRequestUs: 0, perEventUs: 0, perMessageUs: 0, perBatchUs: 0 };
  return { ...none, ...Object.fromEntries(depends.map((name, index) => [name, found[index] ?? 0])) };
};

const fitAll = (measured: readonly Measured[], rest: Omit<NodeCosts, FittedName>): NodeCosts => ({
  ...rest,
  front: fitWork(measured, 'frontUs', ['perRequestUs', 'perEventUs', 'perMessageUs']),
  frontHelpers: fitWork(measured, 'frontHelpersUs', ['perRequestUs', 'perEventUs', 'perMessageUs']),
  poller: fitWork(measured, 'pollerUs', ['perEventUs', 'perMessageUs', 'perBatchUs']),
  consumerHelpers: fitWork(measured, 'consumerHelpersUs', ['perEventUs', 'perMessageUs', 'perBatchUs']),
  worker: fitWork(measured, 'workersUs', ['perEventUs', 'perMessageUs', 'perBatchUs']),
  // Its start counts among its time: next to nothing only where it sent as much as it could.
  generator: fitWork(
    measured.filter(({ trial }) => trial.load.arrival.kind === 'closed'),
    'generatorUs',
    ['perRequestUs', 'perEventUs'],
  ),
});

type FittedName = 'front' | 'frontHelpers' | 'poller' | 'consumerHelpers' | 'worker' | 'generator';

/** The costs and the numbers of events in a message depend on each other; after so many turns neither moves any more. */
const turns = 4;
/** Where the search begins: some 20 single events share a message at full speed. */
const firstGuess = (trial: NodeTrial): number => Math.max(trial.load.eventsPerRequest, 20);
const span = { warmUpMs: 300, measureMs: 1_000, seed: 1 } as const;

/**
 * What a node's work costs, from measured trials: the processor time of each kind of thread is fitted by how many requests, events, messages
 * and batches each trial had.
 * @throws CalibrationIncomplete
 */
export const costsOf = (result: BenchResult, messageBytesPerEvent: number): NodeCosts => {
  const sealed = mediansOf(result, sealing.name);
  const rest = {
    sealPerEventUs: sealed.sealUsPerEvent ?? 0,
    mergePerEventUs: sealed.mergeUsPerEvent ?? 0,
    mergesPerEvent,
    sealThreadShare: sealed.threadShare ?? 1,
    storedBytesPerEvent: sealed.storedBytesPerEvent ?? 0,
    flushMs: quickestSpectrum(result, disk.name, 'flush'),
    publishMs: quickestSpectrum(result, disk.name, 'publish'),
    messageBytesPerEvent,
  };
  let measured = calibrationTrials.map(
    (trial): Measured => ({
      trial,
      values: mediansOf(result, trial.name),
      surroundings: surroundingsOf(scenarioOf(result, trial.name), result.machine),
      eventsPerMessage: firstGuess(trial),
    }),
  );
  let costs = fitAll(measured, rest);
  for (let turn = 0; turn < turns; turn++) {
    measured = measured.map((each) => {
      const { load, settings } = each.trial;
      const { eventsPerMessage } = simulateNode({ load, settings, surroundings: each.surroundings }, costs, span);
      return { ...each, eventsPerMessage };
    });
    costs = fitAll(measured, rest);
  }
  return costs;
};
