/** Lets so many callers in at a time, in the order in which they came. */
export const createTurns = (atOnce: number): (<Result>(work: () => Promise<Result>) => Promise<Result>) => {
  let free = atOnce;
  const queue: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => queue.push(resolve));
    try {
      return await work();
    } finally {
      const next = queue.shift();
      // Whoever waits takes the turn over, so that nobody who comes now gets in before.
      if (next === undefined) free++;
      else next();
    }
  };
};
