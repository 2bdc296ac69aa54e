import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { reasonsOfNoise, watchNoise } from '../../measure/noise.ts';
import type { Target } from '../targets/target.ts';
import { measureTrial, type TrialSetting } from './measure-trial.ts';
import type { Outcome, Trial, TrialRequest } from './trial.ts';

export interface TrialContext extends Omit<TrialSetting, 'configuration' | 'durationMs'> {
  readonly target: Target;
  /** Where folders for stores and queues are made; each is removed as soon as it was measured. */
  readonly folder: string;
  /** The quickest calibration so far, in milliseconds; undefined at first. */
  readonly quickestMs: number | undefined;
}

const explain = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const [first = ''] = error.message.split('\n');
  return error.cause instanceof Error ? `${first} (${error.cause.message})` : first;
};

/** Starts a target with a configuration, measures it, and ends it. */
export const runTrial = async (request: TrialRequest, context: TrialContext): Promise<Trial> => {
  const { target, folder, quickestMs, ...setting } = context;
  const { configuration, durationMs } = request;
  const own = await mkdtemp(path.join(folder, 'trial-'));
  const startedAt = new Date().toISOString();
  const startMs = performance.now();
  const watch = watchNoise();
  const measure = async (): Promise<{ readonly outcome: Outcome; readonly doubts: readonly string[] }> => {
    try {
      await using started = new AsyncDisposableStack();
      const running = await target.start(configuration, own);
      started.defer(() => running.stop());
      return await measureTrial(running, { ...setting, configuration, durationMs });
    } catch (error) {
      return { outcome: { kind: 'failed', reason: explain(error) }, doubts: [] };
    }
  };
  try {
    const { outcome, doubts } = await measure();
    const seen = watch.end();
    const calibrationMs = Math.min(seen.before.quickestMs, seen.after.quickestMs);
    const noise = [...reasonsOfNoise(seen, Math.min(calibrationMs, quickestMs ?? calibrationMs)), ...doubts];
    return { request, startedAt, seconds: (performance.now() - startMs) / 1_000, noise, calibrationMs, outcome };
  } finally {
    await rm(own, { recursive: true, force: true });
  }
};
