import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A function as V8's profiler names it. */
export interface CallFrame {
  readonly functionName: string;
  /** Empty for what is not written in JavaScript. */
  readonly url: string;
  /** From 0; -1 where there is none. */
  readonly lineNumber: number;
}

export interface ProfileNode {
  readonly id: number;
  readonly callFrame: CallFrame;
  readonly children?: readonly number[];
}

/** What `node --cpu-prof` writes for one thread, as the DevTools protocol has it (`Profiler.Profile`). */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  /** Microseconds of the system's monotonic clock, which all processes of a machine share. */
  readonly startTime: number;
  /** Nodes that were running, by their ids. */
  readonly samples: readonly number[];
  /** Microseconds from one sample to the next; the first is from `startTime`. */
  readonly timeDeltas: readonly number[];
}

/** The profile of one thread. */
export interface ThreadProfile {
  readonly pid: number;
  /** As `worker_threads` counts them; 0 is the main thread. */
  readonly threadId: number;
  readonly profile: CpuProfile;
}

/** When something was measured, in microseconds of the monotonic clock. */
export interface Span {
  readonly startUs: number;
  readonly endUs: number;
}

/** Now, on the clock of profiles. */
export const monotonicUs = (): number => Number(process.hrtime.bigint() / 1_000n);

/** `CPU.<date>.<time>.<pid>.<thread>.<sequence>.cpuprofile` */
const fileName = /^CPU\.\d+\.\d+\.(\d+)\.(\d+)\.\d+\.cpuprofile$/;

/** All profiles of a folder that `--cpu-prof-dir` named. */
export const readProfiles = (folder: string): readonly ThreadProfile[] =>
  readdirSync(folder).flatMap((name) => {
    const match = fileName.exec(name);
    if (match === null) return [];
    const profile: CpuProfile = JSON.parse(readFileSync(path.join(folder, name), 'utf8'));
    return [{ pid: Number(match[1]), threadId: Number(match[2]), profile }];
  });

/** How long each node was the one that ran, by its id, in microseconds; of the samples within the span. */
export const selfTimesIn = (
  { startTime, samples, timeDeltas }: CpuProfile,
  span: Span,
): ReadonlyMap<number, number> => {
  const times = new Map<number, number>();
  let atUs = startTime;
  for (const [index, node] of samples.entries()) {
    atUs += timeDeltas[index] ?? 0;
    if (atUs < span.startUs || atUs >= span.endUs) continue;
    // A sample stands for the time until the next.
    times.set(node, (times.get(node) ?? 0) + (timeDeltas[index + 1] ?? 0));
  }
  return times;
};
