import { readFileSync } from 'node:fs';
import { parseStat } from './stat.ts';

/**
 * One process of this boot and no other: a pid is given again after its process ended, a start time is not. As Linux
 * counts it, in clock ticks since the boot, which the boot's own id tells from other boots.
 */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTicks: number;
  readonly bootId: string;
}

const bootId = (): string => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();

/** The identity of a running process, or undefined where none has this pid or it is a zombie. */
export const identityOf = (pid: number): ProcessIdentity | undefined => {
  try {
    const { startTicks, state } = parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    return state === 'Z' || state === 'X' ? undefined : { pid, startTicks, bootId: bootId() };
  } catch {
    return undefined;
  }
};

/** Whether this very process still runs. */
export const isAlive = (process: ProcessIdentity): boolean => {
  const now = identityOf(process.pid);
  return now !== undefined && now.startTicks === process.startTicks && now.bootId === process.bootId;
};
