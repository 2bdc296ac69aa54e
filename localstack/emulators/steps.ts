import type { Clock } from '../../shared/ports/clock.ts';

/** Shows what a start is doing and how long each step took. */
export interface Steps {
  /** Runs a step; its line stays, with its time. */
  run<Value>(name: string, step: (detail: (text: string) => void) => Promise<Value>): Promise<Value>;
  /** A line of its own. */
  note(text: string): void;
}

export interface StepsOptions {
  readonly write: (text: string) => void;
  /** Whether a person looks at a terminal: the running step's seconds are counted up in place. */
  readonly watched: boolean;
  readonly clock: Clock;
}

const clearLine = '\r\u001b[2K';
/** Steps quicker than a blink show no time. */
const shownFromMs = 100;
const refreshMs = 1000;

const took = (elapsedMs: number): string => (elapsedMs < shownFromMs ? '' : ` (${(elapsedMs / 1000).toFixed(1)} s)`);

export const createSteps = ({ write, watched, clock }: StepsOptions): Steps => ({
  note: (text) => write(`${text}\n`),
  run: async (name, step) => {
    const startedMs = clock.monotonicMs();
    let detail = '';
    let timer: { cancel(): void } | undefined;
    const show = (): void => {
      const seconds = Math.round((clock.monotonicMs() - startedMs) / 1000);
      write(`${clearLine}… ${name}${detail === '' ? '' : `: ${detail}`}${seconds === 0 ? '' : ` (${seconds} s)`}`);
      timer?.cancel();
      timer = clock.after(refreshMs, show);
    };
    if (watched) show();
    else write(`${name} ...\n`);
    const end = (mark: string): void => {
      timer?.cancel();
      const time = took(clock.monotonicMs() - startedMs);
      if (watched) write(`${clearLine}${mark} ${name}${time}\n`);
      else write(`${mark} ${name}${time}\n`);
    };
    try {
      const value = await step((text) => {
        if (text === detail) return;
        detail = text;
        if (watched) show();
        else write(`  ${text}\n`);
      });
      end('✔');
      return value;
    } catch (error) {
      end('✘');
      throw error;
    }
  },
});
