import type { EmulatorContext } from './context.ts';
import { EmulatorError } from './errors.ts';
import { holdingState } from './hold-state.ts';
import { endProcess } from './process/end-process.ts';
import { isAlive } from './process/identity.ts';
import { type RunRecord, readRecord, removeRecord } from './process/record.ts';
import { emptyQueues } from './queue/empty-queues.ts';
import { endGraceMs } from './start-emulator.ts';

/** What a stop left. */
export interface Stopped {
  /** Of the emulator that was ended; undefined where none ran. */
  readonly record: RunRecord | undefined;
  /** Dead letters that died with their queue. */
  readonly lostDeadLetters: number;
}

const emptied = async (context: EmulatorContext, { port }: RunRecord): Promise<number> => {
  const { emulator, options, steps } = context;
  if (emulator.keepsQueues || options.discard) return 0;
  try {
    return await emptyQueues(context, `http://127.0.0.1:${port}`);
  } catch (error) {
    if (error instanceof EmulatorError) throw error;
    // It does not answer any more: no wait can save what is in it.
    steps.note(`Its queue could not be looked at: ${error instanceof Error ? error.message : String(error)}`);
    return 0;
  }
};

/**
 * Ends the emulator that `up` started, and only that one, with everything that it runs. The store stays as it is. A queue
 * that would die with it is emptied first.
 * @throws EmulatorError `QueueNotEmpty` when accepted events could not be stored in time
 */
export const down = (context: EmulatorContext): Promise<Stopped> =>
  holdingState(context, async () => {
    const { emulator, options, steps, clock } = context;
    const record = readRecord(options.stateDir);
    if (record === undefined || !isAlive(record.process)) {
      steps.note(record === undefined ? `${emulator.title} does not run.` : `${emulator.title} had ended by itself.`);
      removeRecord(options.stateDir);
      return { record: undefined, lostDeadLetters: 0 };
    }
    const lostDeadLetters = await emptied(context, record);
    await steps.run(`Ending ${emulator.title}`, () => endProcess(record.process, { clock, graceMs: endGraceMs }));
    removeRecord(options.stateDir);
    return { record, lostDeadLetters };
  });
