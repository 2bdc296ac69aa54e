import { readFileSync } from 'node:fs';
import { descendants } from '../../test/e2e/hosts/processes.ts';

/** Memory of a process and everything that it started, in MB (10^6 bytes). */
export interface Memory {
  /** Resident sets added up: shared pages count once for each process. */
  readonly residentMB: number;
  /** Proportional set size, where the kernel tells it: shared pages are shared out. */
  readonly proportionalMB: number | undefined;
}

/** The largest of each that was seen, and how it went. */
export interface MemoryWatched extends Memory {
  /** Seconds since the watch began, and the proportional set size then (the resident one where there is no other). */
  readonly series: readonly (readonly [seconds: number, megabytes: number])[];
}

const kilobytesOf = (file: string, name: string): number | undefined => {
  try {
    const match = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(file, 'utf8'));
    return match === null ? undefined : Number(match[1]) * 1.024e-3;
  } catch {
    return undefined;
  }
};

/** Of several processes, each with what it started. */
export const memoryOf = (...roots: readonly number[]): Memory => {
  let residentMB = 0;
  let proportionalMB: number | undefined = 0;
  for (const each of roots.flatMap((root) => [root, ...descendants(root)])) {
    residentMB += kilobytesOf(`/proc/${each}/status`, 'VmRSS') ?? 0;
    const proportional = kilobytesOf(`/proc/${each}/smaps_rollup`, 'Pss');
    proportionalMB =
      proportional === undefined || proportionalMB === undefined ? undefined : proportionalMB + proportional;
  }
  return { residentMB, proportionalMB };
};

/** Samples until stopped. */
export const watchMemory = (roots: readonly number[], everyMs = 250): { stop(): MemoryWatched } => {
  const startMs = performance.now();
  let largest: Memory = { residentMB: 0, proportionalMB: undefined };
  const series: (readonly [number, number])[] = [];
  const sample = (): void => {
    const now = memoryOf(...roots);
    largest = {
      residentMB: Math.max(largest.residentMB, now.residentMB),
      proportionalMB:
        now.proportionalMB === undefined
          ? largest.proportionalMB
          : Math.max(largest.proportionalMB ?? 0, now.proportionalMB),
    };
    series.push([(performance.now() - startMs) / 1_000, now.proportionalMB ?? now.residentMB]);
  };
  sample();
  const timer = setInterval(sample, everyMs);
  return {
    stop: () => {
      clearInterval(timer);
      return { ...largest, series };
    },
  };
};
