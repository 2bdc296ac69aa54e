import { reasonsOf } from '../../report/evaluate.ts';
import { type BenchResult, quickestCalibrationMs } from '../../run/result.ts';
import { mediansOf, surroundingsOf } from '../calibration/costs-of.ts';
import { validationTrials } from '../calibration/trials.ts';
import type { NodeCosts } from '../node/costs.ts';
import { predict } from './predict.ts';

/** A prediction is good that lies so near to what was measured. */
export const toleratedError = 0.2;

/** One figure of one trial. */
export interface ValidatedFigure {
  readonly what: 'throughput' | 'p95' | 'processor time an event';
  readonly unit: 'req/s' | 'ms' | 'µs';
  readonly predicted: number;
  readonly measured: number;
  /** Of the measured value: 0.1 is 10 % too much. */
  readonly error: number;
}

/** One trial, predicted and measured. */
export interface ValidatedTrial {
  readonly name: string;
  readonly what: string;
  readonly figures: readonly ValidatedFigure[];
  readonly repeats: number;
  /** Why each repeat that was not quiet was not. */
  readonly noise: readonly string[];
  readonly othersShare: number;
  readonly lost: number;
  readonly failures: readonly string[];
}

/** Enough quiet repeats to conclude something from. */
const fewestQuiet = 3;

export const isConclusive = ({ repeats, noise }: ValidatedTrial): boolean => repeats - noise.length >= fewestQuiet;

const figureOf = (
  what: ValidatedFigure['what'],
  unit: ValidatedFigure['unit'],
  predicted: number,
  measured: number,
): ValidatedFigure => ({ what, unit, predicted, measured, error: predicted / measured - 1 });

/** What a busy machine disturbs least. */
const measuredHostUs = (measured: Readonly<Record<string, number>>): number =>
  ['frontUs', 'frontHelpersUs', 'pollerUs', 'workersUs', 'consumerHelpersUs'].reduce(
    (sum, name) => sum + (measured[name] ?? Number.NaN),
    0,
  );

/** Holds what the simulation says against what was measured, for every trial of the result that nothing was calibrated on. */
export const validate = (costs: NodeCosts, result: BenchResult): readonly ValidatedTrial[] => {
  const quickestMs = quickestCalibrationMs(result);
  return validationTrials.flatMap((trial): readonly ValidatedTrial[] => {
    const scenario = result.scenarios.find(({ name }) => name === trial.name);
    if (scenario === undefined) return [];
    const { name, what, repeats, failures } = scenario;
    const surroundings = surroundingsOf(scenario, result.machine);
    const common = {
      name,
      what,
      repeats: repeats.length,
      othersShare: surroundings.othersShare,
      failures,
      lost: repeats.reduce((sum, { lost }) => sum + lost, 0),
      noise: repeats.flatMap((repeat) => {
        const reasons = reasonsOf(repeat, quickestMs);
        return reasons.length === 0 ? [] : [`repeat ${repeat.repeat}: ${reasons.join('; ')}`];
      }),
    };
    if (repeats.length === 0) return [{ ...common, figures: [] }];
    const { scale, seed } = result;
    const predicted = predict(trial, costs, { surroundings, scale, seed });
    const measured = mediansOf(result, name);
    const figures = [
      figureOf('throughput', 'req/s', predicted.requestsPerSecond, measured.requestsPerSecond ?? Number.NaN),
      figureOf('p95', 'ms', predicted.latency.p95Ms, measured.p95Ms ?? Number.NaN),
      figureOf('processor time an event', 'µs', predicted.hostUsPerEvent, measuredHostUs(measured)),
    ];
    return [{ ...common, figures }];
  });
};
