import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readRun } from '../run/read-run.ts';
import type { BenchResult } from '../run/result.ts';
import { answerDemand } from './answer.ts';
import { costsOf } from './calibration/costs-of.ts';
import { messageBytesPerEvent } from './calibration/message-bytes.ts';
import { measureNode } from './measure.ts';
import type { CapacityOptions } from './options.ts';
import { renderCapacityHtml } from './report/html.ts';
import { calibrationText, renderAnswer, renderValidation } from './report/text.ts';
import { type CapacityResult, describeCalibration } from './result.ts';
import { isConclusive, toleratedError, type ValidatedTrial, validate } from './validation/validate.ts';

/** What a command line gives to write to. */
export interface Output {
  out(text: string): Promise<void>;
  err(text: string): void;
  progress(text: string): void;
}

const comesAlong = fileURLToPath(new URL('./calibration/default.json', import.meta.url));

const measured = (options: CapacityOptions, output: Output): Promise<BenchResult> =>
  measureNode({
    calibrates: options.calibrateTo !== undefined,
    validates: options.validate,
    repeats: options.quick ? 1 : options.repeats,
    scaleName: options.quick ? 'quick' : 'full',
    folder: options.folder,
    seed: options.seed,
    say: (line) => output.err(`${line}\n`),
  });

/** An accepted event was lost, a trial failed, or a prediction is wrong where the machine was quiet enough to say so. */
const isBad = (trial: ValidatedTrial): boolean =>
  trial.lost > 0 ||
  trial.failures.length > 0 ||
  (isConclusive(trial) && trial.figures.some(({ error }) => Math.abs(error) > toleratedError));

/**
 * `fi capacity`: measures what is asked for, and answers by the model.
 * @returns the exit status: 1 when a validation failed
 */
export const runCapacity = async (options: CapacityOptions, output: Output): Promise<number> => {
  const isMeasuring = options.calibrateTo !== undefined || options.validate;
  const found = isMeasuring ? await measured(options, output) : undefined;
  if (found !== undefined && options.calibrateTo !== undefined) {
    writeFileSync(options.calibrateTo, `${JSON.stringify(found)}\n`);
  }
  const calibration =
    options.calibrateTo !== undefined && found !== undefined
      ? found
      : readRun<BenchResult>(options.calibrationFile ?? comesAlong, 'fi-events bench', 'fi capacity --calibrate FILE');
  const costs = costsOf(calibration, messageBytesPerEvent());
  const trials = found !== undefined && options.validate ? validate(costs, found) : [];
  const { demand, seed } = options;
  const answer = answerDemand(costs, demand, { seed, progress: (text) => output.progress(text) });
  output.progress('');
  const calibratedOn = calibrationText(calibration);
  if (options.htmlFile !== undefined) writeFileSync(options.htmlFile, renderCapacityHtml(answer, trials, calibratedOn));
  if (options.json) {
    const result: CapacityResult = { ...describeCalibration(calibration), costs, answer, validation: trials };
    await output.out(`${JSON.stringify(result)}\n`);
  } else {
    await output.out(renderAnswer(answer, calibratedOn));
    if (trials.length > 0) await output.out(`\n${renderValidation(trials)}`);
  }
  return trials.some(isBad) ? 1 : 0;
};
