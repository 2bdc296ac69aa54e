import { readFileSync } from 'node:fs';
import type { Machine, Revision } from '../measure/machine.ts';
import type { BenchResult } from '../run/result.ts';
import type { CapacityAnswer } from './answer.ts';
import type { NodeCosts } from './node/costs.ts';
import type { ValidatedTrial } from './validation/validate.ts';

/** Where the costs of an answer come from: its calibration. */
export interface CalibrationOrigin {
  readonly format: 'fi-events capacity';
  readonly formatVersion: 1;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly machine: Machine;
  readonly revision: Revision | undefined;
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

/** Reads what was printed. @throws Error when it is no such file, or of a later version */
export const readCapacityResult = (file: string): CapacityResult => {
  const result: Partial<CapacityResult> = JSON.parse(readFileSync(file, 'utf8'));
  if (result.format !== 'fi-events capacity') throw new Error(`${file} is not what "fi capacity --json" prints`);
  if (result.formatVersion !== 1) {
    throw new Error(`${file} is of version ${result.formatVersion}: use the version that wrote it`);
  }
  return result as CapacityResult;
};
