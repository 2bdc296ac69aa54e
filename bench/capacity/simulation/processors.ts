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

/** Processors that threads share, by weights and without time slices: a fluid picture of Linux's fair scheduler. */
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
  readonly threads: ThreadState[];
}

/** Less than this is floating point's doing. */
const nothingUs = 1e-6;

/** @param count may have a fraction: what others leave of the last one */
export const createProcessors = (simulation: Simulation, count: number): Processors => {
  const groups: GroupState[] = [];
  let sinceMs = 0;
  let next: Scheduled | undefined;

  const runnable = (threads: readonly ThreadState[]): readonly ThreadState[] =>
    threads.filter(({ pieces }) => pieces.length > 0);

  /** Credits the time since the last change to whoever runs. */
  const advance = (): void => {
    const us = (simulation.nowMs - sinceMs) * 1_000;
    sinceMs = simulation.nowMs;
    if (us === 0) return;
    for (const { threads } of groups) {
      for (const thread of threads) {
        const [piece] = thread.pieces;
        if (piece === undefined) continue;
        piece.leftUs -= us * thread.rate;
        thread.usedUs += us * thread.rate;
      }
    }
  };

  const shareOut = (): void => {
    const active = groups
      .map(({ weight, threads }) => ({ weight, threads: runnable(threads) }))
      .filter(({ threads }) => threads.length > 0);
    const ofGroups = fairShare(
      count,
      active.map(({ weight, threads }) => ({ weight, most: threads.length })),
    );
    for (const [index, { threads }] of active.entries()) {
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
    for (const { threads } of groups) {
      for (const { pieces, rate } of threads) {
        const [piece] = pieces;
        if (piece !== undefined && rate > 0) soonestUs = Math.min(soonestUs, Math.max(0, piece.leftUs) / rate);
      }
    }
    next = soonestUs === Number.POSITIVE_INFINITY ? undefined : simulation.after(soonestUs / 1_000, finish);
  };

  const finish = (): void => {
    advance();
    const ended: Piece[] = [];
    for (const { threads } of groups) {
      for (const thread of threads) {
        const [piece] = thread.pieces;
        if (piece !== undefined && piece.leftUs <= nothingUs) {
          ended.push(piece);
          thread.pieces.shift();
        }
      }
    }
    shareOut();
    scheduleNext();
    for (const { done } of ended) done?.();
  };

  const createThread = (weight: number): ThreadState => {
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
        const wasIdle = pieces.length === 0;
        if (wasIdle) advance();
        pieces.push({ leftUs: us, done });
        if (!wasIdle) return;
        shareOut();
        scheduleNext();
      },
    };
    return thread;
  };

  return {
    group: (weight = usualWeight) => {
      const state: GroupState = { weight, threads: [] };
      groups.push(state);
      return {
        thread: (threadWeight = usualWeight) => {
          const thread = createThread(threadWeight);
          state.threads.push(thread);
          return thread;
        },
      };
    },
  };
};
