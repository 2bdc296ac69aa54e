import type { RunOrigin } from '../run/origin.ts';
import type { BenchResult } from '../run/result.ts';
import type { CapacityAnswer } from './answer.ts';
import type { NodeCosts } from './node/costs.ts';
import type { ValidatedTrial } from './validation/validate.ts';

/** Where the costs of an answer come from: its calibration. */
export interface CalibrationOrigin extends RunOrigin {
  readonly format: 'fi-events capacity';
  readonly formatVersion: 1;
  readonly scaleName: BenchResult['scaleName'];
}

/** What `fi capacity --json` prints. */
export interface CapacityResult extends CalibrationOrigin {
  readonly costs: NodeCosts;
  readonly answer: CapacityAnswer;
  /** Empty where nothing was validated. */
  readonly validation: readonly ValidatedTrial[];
}

export const describeCalibration = (calibration: BenchResult): CalibrationOrigin => {
  const { startedAt, finishedAt, machine, revision, scaleName } = calibration;
  return { format: 'fi-events capacity', formatVersion: 1, startedAt, finishedAt, machine, revision, scaleName };
};
