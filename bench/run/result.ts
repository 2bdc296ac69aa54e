import type { Noise } from '../measure/noise.ts';
import type { Metric, Observation, Scale } from '../scenarios/scenario.ts';
import type { RunOrigin } from './origin.ts';
import { readRun } from './read-run.ts';

/** One repeat, when it was and what the machine did meanwhile. */
export interface Repeat extends Observation {
  /** From 1. */
  readonly repeat: number;
  readonly startedAt: string;
  readonly seconds: number;
  readonly noise: Noise;
}

export interface ScenarioResult {
  readonly name: string;
  readonly what: string;
  readonly metrics: Readonly<Record<string, Metric>>;
  readonly repeats: readonly Repeat[];
  /** Why it did not run here. */
  readonly skipped?: string;
  /** What went wrong, one a repeat that has no values. */
  readonly failures: readonly string[];
}

/** Everything that a run saw: reports and comparisons are made from this alone. */
export interface BenchResult extends RunOrigin {
  readonly format: 'fi-events bench';
  readonly formatVersion: 1;
  /** Budgets hold at the full scale. */
  readonly scaleName: 'full' | 'quick';
  readonly scale: Scale;
  /** Of the order of the scenarios and of the bootstrap. */
  readonly seed: number;
  readonly scenarios: readonly ScenarioResult[];
}

/** The quickest that the calibration was in the whole run: what the machine can do when nobody else wants it. */
export const quickestCalibrationMs = ({ scenarios }: Pick<BenchResult, 'scenarios'>): number =>
  Math.min(
    ...scenarios.flatMap(({ repeats }) =>
      repeats.flatMap(({ noise }) => [noise.before.quickestMs, noise.after.quickestMs]),
    ),
  );

/** Reads what a run wrote. @throws Error when it is no such file, or of a later version */
export const readResult = (file: string): BenchResult => readRun(file, 'fi-events bench', 'npm run bench');
