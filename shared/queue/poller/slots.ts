/** Counts what runs, up to a limit, and says when something ended. */
export interface Slots {
  /** Runs `task`, which must not throw. */
  readonly run: (task: () => Promise<void>) => void;
  /** Whether fewer than `limit` tasks run. */
  readonly isFree: (limit: number) => boolean;
  /** Resolves when the next task ends; at once when none runs. */
  readonly ended: () => Promise<void>;
  readonly allEnded: () => Promise<void>;
}

export const createSlots = (): Slots => {
  const running = new Set<Promise<void>>();
  return {
    run: (task) => {
      const run = task().finally(() => running.delete(run));
      running.add(run);
    },
    isFree: (limit) => running.size < limit,
    ended: async () => {
      if (running.size > 0) await Promise.race(running);
    },
    allEnded: async () => {
      while (running.size > 0) await Promise.all(running);
    },
  };
};
