import type { EmulatorContext } from '../context.ts';
import { readStack, type StackState } from '../deploy/stack.ts';
import { EmulatorError } from '../errors.ts';
import { drain } from './drain.ts';
import { closeIntake, openIntake } from './intake.ts';
import { waitingMessages } from './waiting.ts';

/** Quarantine empties the dead-letter queue, where it is deployed; otherwise nothing does. */
const consumedQueues = ({ outputs, resources }: StackState): readonly string[] => {
  const deadLetters = 'QuarantineLambdaFunction' in resources ? outputs.DeadLetterQueueUrl : undefined;
  return [outputs.EventQueueUrl, deadLetters].filter((url) => url !== undefined);
};

/**
 * Takes no more events and waits until those that were accepted are stored. Where that takes too long or is interrupted,
 * events are taken again.
 * @returns how many dead letters remain, which nothing here would ever consume
 * @throws EmulatorError `QueueNotEmpty`, or why the wait was interrupted
 */
export const emptyQueues = async (context: EmulatorContext, endpoint: string): Promise<number> => {
  const { emulator, steps, clock, options, signal } = context;
  const stack = await readStack(endpoint);
  if (stack === undefined) return 0;
  const queues = consumedQueues(stack);
  const waiting = async (): Promise<number> => {
    const counts = await Promise.all(queues.map((url) => waitingMessages(endpoint, url)));
    return counts.reduce((total, count) => total + count, 0);
  };
  await steps.run('Taking no more events, and waiting for those in the queue to be stored', async (detail) => {
    await closeIntake(endpoint, stack);
    const left = await drain({
      waiting,
      clock,
      timeoutMs: options.drainTimeoutMs,
      onCount: (messages) => {
        if (messages > 0) detail(`${messages} messages wait`);
      },
      signal,
    });
    if (left === 0) return;
    await openIntake(endpoint, stack);
    signal.throwIfAborted();
    throw new EmulatorError(
      'QueueNotEmpty',
      `${left} messages with accepted events still wait to be stored, so ${emulator.title} goes on. Look at its log for why; ` +
        `npm run ${emulator.name}:down -- --drain-seconds N waits longer, --discard gives the events up.`,
    );
  });
  const deadLetterUrl = stack.outputs.DeadLetterQueueUrl;
  return deadLetterUrl === undefined || queues.includes(deadLetterUrl) ? 0 : waitingMessages(endpoint, deadLetterUrl);
};
