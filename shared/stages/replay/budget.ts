/** How much one call may do: it must end before a gateway gives up, after 29 s. */
export interface CallBudget {
  /** Whether there is time for another letter. */
  readonly isLeft: () => boolean;
}

/** A letter may take some seconds where its store is slow, and the answer has to travel. */
const callMs = 15_000;

export const startBudget = (monotonicMs: () => number, mostMs = callMs): CallBudget => {
  const startMs = monotonicMs();
  return { isLeft: () => monotonicMs() - startMs < mostMs };
};
