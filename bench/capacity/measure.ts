import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { createRandom } from '../measure/random.ts';
import { originOf } from '../run/origin.ts';
import { createProgress } from '../run/progress.ts';
import type { BenchResult } from '../run/result.ts';
import { runScenarios } from '../run/run-scenarios.ts';
import { fullScale, quickScale } from '../scenarios/scales.ts';
import type { Scale, Scenario } from '../scenarios/scenario.ts';
import { disk } from './calibration/disk.ts';
import { nodeScenario } from './calibration/node-scenario.ts';
import { sealing } from './calibration/sealing.ts';
import { calibrationTrials, validationTrials } from './calibration/trials.ts';

export interface MeasureOptions {
  readonly calibrates: boolean;
  readonly validates: boolean;
  readonly repeats: number;
  readonly scaleName: 'full' | 'quick';
  /** Where folders for stores and queues are made, and removed again. */
  readonly folder: string;
  readonly seed: number;
  readonly say: (line: string) => void;
}

/** Shorter than the bench's: there are many trials, and each has thousands of requests all the same. */
const trialScale: Scale = { ...fullScale, warmUpMs: 2_000, measureMs: 5_000 };

/** Runs the real programs and measures them as the bench does; what it returns is the bench's own kind of result. */
export const measureNode = async (options: MeasureOptions): Promise<BenchResult> => {
  const { calibrates, validates, repeats, scaleName, seed, say } = options;
  const scenarios: readonly Scenario[] = [
    ...(calibrates ? [disk, sealing, ...calibrationTrials.map(nodeScenario)] : []),
    ...(validates ? validationTrials.map(nodeScenario) : []),
  ];
  const scale = scaleName === 'quick' ? quickScale : trialScale;
  mkdirSync(options.folder, { recursive: true });
  const folder = mkdtempSync(path.join(options.folder, 'fi-capacity-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  const startedAt = new Date().toISOString();
  try {
    const measured = await runScenarios({
      scenarios,
      repeats,
      scale,
      folder,
      random: createRandom(seed),
      progress: createProgress(scenarios, repeats, say),
    });
    return {
      format: 'fi-events bench',
      formatVersion: 1,
      ...originOf(folder, startedAt),
      scaleName,
      scale,
      seed,
      scenarios: measured,
    };
  } finally {
    remove();
    process.off('exit', remove);
  }
};
