const firstPauseMs = 500;
const longestPauseMs = 10_000;

/**
 * Whether the other side works, from what happened last. A batch that failed whole, or a queue that failed, is not the
 * messages' fault: the poller then pauses, longer each time, and probes with one small batch until something succeeds.
 */
export interface Health {
  readonly failed: () => void;
  readonly succeeded: () => void;
  readonly isProbing: () => boolean;
  /** How long to pause before the next probe; 0 in good health. */
  readonly pauseMs: () => number;
}

export const createHealth = (): Health => {
  let failures = 0;
  return {
    failed: () => {
      failures++;
    },
    succeeded: () => {
      failures = 0;
    },
    isProbing: () => failures > 0,
    pauseMs: () => (failures === 0 ? 0 : Math.min(firstPauseMs * 2 ** (failures - 1), longestPauseMs)),
  };
};
