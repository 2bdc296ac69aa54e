/** Something that does one thing after another: a device's head, a network's cable. */
export interface Pipe {
  /** Takes it for `busyMs`, from `nowMs` on or from when it is free. @returns when that is over */
  occupy(nowMs: number, busyMs: number): number;
}

const nanosecondsPerMs = 1_000_000;

/**
 * A pipe whose state all threads of a process share: two threads that write to one device wait for each other.
 * @param cell until when it is taken, in nanoseconds; starts as 0
 */
export const createPipe = (cell: BigInt64Array): Pipe => ({
  occupy: (nowMs, busyMs) => {
    const now = BigInt(Math.round(nowMs * nanosecondsPerMs));
    const busy = BigInt(Math.round(busyMs * nanosecondsPerMs));
    for (;;) {
      const takenUntil = Atomics.load(cell, 0);
      const end = (takenUntil > now ? takenUntil : now) + busy;
      // Another thread may have been quicker: look again.
      if (Atomics.compareExchange(cell, 0, takenUntil, end) === takenUntil) return Number(end) / nanosecondsPerMs;
    }
  },
});
