import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts processor time in hundredths of a second, whatever the kernel's own tick (USER_HZ in its ABI). */
const msPerTick = 10;

interface ProcessTimes {
  readonly parent: number;
  /** Of the process and of its children that ended and were waited for. */
  readonly ms: number;
}

const timesOf = (pid: string): ProcessTimes | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name stands in parentheses and may have any character, so fields are counted from its end.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    return { parent: Number(fields[1]), ms: ticks * msPerTick };
  } catch {
    // It ended in between; its parent has its time now.
    return undefined;
  }
};

/**
 * Processor time of a process and of all that it started, running or ended, in milliseconds.
 * Undefined where there is no /proc to tell it.
 */
export const processorMsOf = (pid: number): number | undefined => {
  const own = timesOf(String(pid));
  if (own === undefined) return undefined;
  const all = new Map<number, ProcessTimes>();
  for (const name of readdirSync('/proc')) {
    const times = /^\d+$/.test(name) ? timesOf(name) : undefined;
    if (times !== undefined) all.set(Number(name), times);
  }
  const sumBelow = (parent: number): number => {
    let sum = 0;
    for (const [child, times] of all) if (times.parent === parent) sum += times.ms + sumBelow(child);
    return sum;
  };
  return own.ms + sumBelow(pid);
};

/** What the machine's processors did since it started, in milliseconds, all processors added up. */
export interface MachineTimes {
  /** Spent on work, whoever's. */
  readonly busyMs: number;
  /** Wanted, and given to other guests of the same hardware. */
  readonly stolenMs: number;
}

/** Undefined where there is no /proc/stat. */
export const machineTimes = (): MachineTimes | undefined => {
  try {
    const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
    const [user = 0, nice = 0, system = 0, , , interrupts = 0, softInterrupts = 0, stolen = 0] = line
      .split(/\s+/)
      .slice(1)
      .map((ticks) => Number(ticks) * msPerTick);
    return { busyMs: user + nice + system + interrupts + softInterrupts, stolenMs: stolen };
  } catch {
    return undefined;
  }
};
