/**
 * npm passes a Ctrl-C on although the terminal has sent it to the whole group already: what follows within this time is
 * the same key press.
 */
const sameKeyPressMs = 500;

export interface StopSignals {
  readonly on: (signal: 'SIGTERM' | 'SIGINT', listener: () => void) => unknown;
  readonly nowMs: () => number;
  /** The first signal: end in order. */
  readonly drain: () => void;
  /** The next one: the user has had enough. Gets the exit status that shells show for the signal. */
  readonly exit: (status: number) => unknown;
}

const signalStatus = { SIGINT: 130, SIGTERM: 143 } as const;

/** Has the first SIGTERM or SIGINT drain the process and a second one end it at once. */
export const listenToStopSignals = ({ on, nowMs, drain, exit }: StopSignals): void => {
  let firstMs: number | undefined;
  const received = (signal: keyof typeof signalStatus): void => {
    if (firstMs === undefined) {
      firstMs = nowMs();
      drain();
    } else if (nowMs() - firstMs >= sameKeyPressMs) {
      exit(signalStatus[signal]);
    }
  };
  on('SIGTERM', () => received('SIGTERM'));
  on('SIGINT', () => received('SIGINT'));
};
