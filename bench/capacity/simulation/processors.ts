import type { Draw } from './draw.ts';
import { fairShare } from './fair-share.ts';
import type { Scheduled, Simulation } from './simulation.ts';

/** One thread of a program: does one piece of work after another, on one processor at most. */
export interface Thread {
  /** Has the thread work so long, in microseconds of a processor, after all that it was given before; then calls back. */
  work(us: number, done?: () => void): void;
  /** Processor time that it had so far, in microseconds. */
  readonly usedUs: number;
  /** Pieces of work that it has not finished. */
  readonly waiting: number;
}

/** Threads that the scheduler weighs as one against other groups: a session, a service, a container. */
export interface Group {
  /** @param weight beside the group's other threads; Linux has 1,024 for a nice value of 0 */
  thread(weight?: number): Thread;
}

/** Processors that threads share by weights: a fluid picture of Linux's fair scheduler, but for what a thread waits that wakes up. */
export interface Processors {
  group(weight?: number): Group;
}

/** Linux's weight of a nice value of 0; each step of niceness divides it by 1.25. */
export const usualWeight = 1_024;
/** @param nice -20 to 19 */
export const weightOfNice = (nice: number): number => usualWeight / 1.25 ** nice;

interface Piece {
  leftUs: number;
  readonly done: (() => void) | undefined;
}

interface ThreadState extends Thread {
  readonly pieces: Piece[];
  readonly weight: number;
  usedUs: number;
  /** Share of one processor that it has now, 0 to 1. */
  rate: number;
}

interface GroupState {
  readonly weight: number;
  /** Its threads that want a processor now. */
  readonly runnable: Set<ThreadState>;
}

/** A thread that has work while others have all processors. */
interface Waking {
  readonly thread: ThreadState;
  readonly group: GroupState;
  readonly sliceEnd: Scheduled;
}

/** Less than this is floating point's doing. */
const nothingUs = 1e-6;

/**
 * @param sliceLeftMs how long whoever has a processor keeps it from a thread that wakes up; without it nobody does. Since 6.6 Linux lets
 * a thread that runs finish its slice (EEVDF's RUN_TO_PARITY), whatever the weight of the one that wakes up.
 */
export const createProcessors = (simulation: Simulation, count: number, sliceLeftMs?: Draw): Processors => {
  const groups: GroupState[] = [];
  const waking: Waking[] = [];
  let sinceMs = 0;
  let next: Scheduled | undefined;

  /** Credits the time since the last change to whoever runs. */
  const advance = (): void => {
    const us = (simulation.nowMs - sinceMs) * 1_000;
    sinceMs = simulation.nowMs;
    if (us === 0) return;
    for (const { runnable } of groups) {
      for (const thread of runnable) {
        const [piece] = thread.pieces;
        if (piece !== undefined) piece.leftUs -= us * thread.rate;
        thread.usedUs += us * thread.rate;
      }
    }
  };

  const shareOut = (): void => {
    const active = groups.filter(({ runnable }) => runnable.size > 0);
    const ofGroups = fairShare(
      count,
      active.map(({ weight, runnable }) => ({ weight, most: runnable.size })),
    );
    for (const [index, { runnable }] of active.entries()) {
      const threads = [...runnable];
      const rates = fairShare(
        ofGroups[index] ?? 0,
        threads.map(({ weight }) => ({ weight, most: 1 })),
      );
      for (const [place, thread] of threads.entries()) thread.rate = rates[place] ?? 0;
    }
  };

  const scheduleNext = (): void => {
    next?.cancel();
    let soonestUs = Number.POSITIVE_INFINITY;
    for (const { runnable } of groups) {
      for (const { pieces, rate } of runnable) {
        const [piece] = pieces;
        if (piece !== undefined) soonestUs = Math.min(soonestUs, Math.max(0, piece.leftUs) / rate);
      }
    }
    next = soonestUs === Number.POSITIVE_INFINITY ? undefined : simulation.after(soonestUs / 1_000, finish);
  };

  const isFree = (): boolean => groups.reduce((sum, { runnable }) => sum + runnable.size, 0) < count;

  const run = (thread: ThreadState, group: GroupState): void => {
    advance();
    group.runnable.add(thread);
    shareOut();
    scheduleNext();
  };

  const wake = (thread: ThreadState, group: GroupState): void => {
    if (sliceLeftMs === undefined || isFree()) {
      run(thread, group);
      return;
    }
    const sliceEnd = simulation.after(sliceLeftMs(), () => {
      waking.splice(waking.indexOf(entry), 1);
      run(thread, group);
    });
    const entry: Waking = { thread, group, sliceEnd };
    waking.push(entry);
  };

  /** Processors that were given up go to those who have waited longest. */
  const letRun = (): void => {
    while (isFree()) {
      const first = waking.shift();
      if (first === undefined) return;
      first.sliceEnd.cancel();
      first.group.runnable.add(first.thread);
    }
  };

  const finish = (): void => {
    advance();
    const ended: Piece[] = [];
    let someoneIdles = false;
    for (const { runnable } of groups) {
      for (const thread of runnable) {
        const [piece] = thread.pieces;
        if (piece === undefined || piece.leftUs > nothingUs) continue;
        ended.push(piece);
        thread.pieces.shift();
        if (thread.pieces.length === 0) {
          runnable.delete(thread);
          someoneIdles = true;
        }
      }
    }
    if (someoneIdles) {
      letRun();
      shareOut();
    }
    scheduleNext();
    for (const { done } of ended) done?.();
  };

  const createThread = (group: GroupState, weight: number): Thread => {
    const pieces: Piece[] = [];
    const thread: ThreadState = {
      pieces,
      weight,
      usedUs: 0,
      rate: 0,
      get waiting() {
        return pieces.length;
      },
      work: (us, done) => {
        pieces.push({ leftUs: us, done });
        if (pieces.length === 1) wake(thread, group);
      },
    };
    return thread;
  };

  return {
    group: (weight = usualWeight) => {
      const group: GroupState = { weight, runnable: new Set() };
      groups.push(group);
      return { thread: (threadWeight = usualWeight) => createThread(group, threadWeight) };
    },
  };
};
