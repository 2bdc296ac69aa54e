import { availableParallelism, loadavg } from 'node:os';
import { type Calibration, calibrate } from './calibration.ts';
import { type MachineTimes, machineTimes, processorMsOf } from './processor-time.ts';

/** What the rest of the machine did during an observation. */
export interface Noise {
  /** Share (0 to 1) of all processors that others than the bench and what it started had; undefined where /proc does not tell. */
  readonly othersShare: number | undefined;
  /** Share that the hypervisor gave to other guests. */
  readonly stolenShare: number | undefined;
  readonly before: Calibration;
  readonly after: Calibration;
  /** Of one minute. */
  readonly loadAverage: number;
}

/** From where on an observation counts as noisy. */
export interface NoiseLimits {
  readonly othersShare: number;
  readonly stolenShare: number;
  /** How much longer than the quickest of the whole run the calibration may take. */
  readonly calibrationRatio: number;
}

/**
 * Others: kernel threads that write our own pages and serve our own sockets count among them, 2 to 4 % at full load.
 * Calibration: an idle machine repeats it within some percent.
 */
export const noiseLimits: NoiseLimits = { othersShare: 0.08, stolenShare: 0.03, calibrationRatio: 1.25 };

/** An observation's noise is watched from `watchNoise` until `end`. */
export interface NoiseWatch {
  end(): Noise;
}

interface Moment {
  readonly atMs: number;
  readonly ownMs: number | undefined;
  readonly machine: MachineTimes | undefined;
}

const takeMoment = (): Moment => ({
  atMs: performance.now(),
  ownMs: processorMsOf(process.pid),
  machine: machineTimes(),
});

const sharesBetween = (start: Moment, end: Moment): Pick<Noise, 'othersShare' | 'stolenShare'> => {
  const unknown = { othersShare: undefined, stolenShare: undefined };
  if (start.machine === undefined || end.machine === undefined) return unknown;
  if (start.ownMs === undefined || end.ownMs === undefined) return unknown;
  const allMs = (end.atMs - start.atMs) * availableParallelism();
  const othersMs = end.machine.busyMs - start.machine.busyMs - (end.ownMs - start.ownMs);
  return {
    othersShare: Math.max(0, othersMs / allMs),
    stolenShare: (end.machine.stolenMs - start.machine.stolenMs) / allMs,
  };
};

/** Calibrates and starts to watch; everything that the observation starts must be a child of this process. */
export const watchNoise = (): NoiseWatch => {
  const before = calibrate();
  const start = takeMoment();
  return {
    end: () => {
      const shares = sharesBetween(start, takeMoment());
      return { ...shares, before, after: calibrate(), loadAverage: loadavg()[0] ?? 0 };
    },
  };
};

const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;

/**
 * Why nothing can be concluded from an observation; empty when the machine was quiet.
 * @param quickestMs the quickest calibration of the whole run
 */
export const reasonsOfNoise = (noise: Noise, quickestMs: number, limits = noiseLimits): readonly string[] => {
  const slowest = Math.max(noise.before.medianMs, noise.after.medianMs) / quickestMs;
  const reasons: string[] = [];
  if ((noise.othersShare ?? 0) > limits.othersShare) {
    reasons.push(`others had ${percent(noise.othersShare ?? 0)} of the processors`);
  }
  if ((noise.stolenShare ?? 0) > limits.stolenShare) {
    reasons.push(`${percent(noise.stolenShare ?? 0)} of the processors' time was stolen`);
  }
  if (slowest > limits.calibrationRatio) {
    reasons.push(`the calibration took ${slowest.toFixed(2)} times as long as at best`);
  }
  return reasons;
};
