import type { ReceiptHandle } from '../../domain/ids.ts';
import type { ReceivedMessage } from '../port.ts';
import { type BatchOutcome, readBatchResponse } from './batch-response.ts';
import type { PollerOptions } from './options.ts';
import { sqsEvent } from './sqs-event.ts';

/** Deleting is tried this often; a message that is not deleted is delivered, and stored, once more. */
const deleteAttempts = 4;
const deletePauseMs = 100;

const outcomeOf = async (messages: readonly ReceivedMessage[], options: PollerOptions): Promise<BatchOutcome> => {
  try {
    const response = await options.invoke(sqsEvent(messages, options.source));
    if (options.reportBatchItemFailures === false) return { kind: 'answered', failed: new Set() };
    return readBatchResponse(
      response,
      messages.map(({ messageId }) => messageId),
    );
  } catch (error) {
    options.logger.error('the function failed on a batch', { error, messages: messages.length });
    return { kind: 'failed', reason: 'the function failed' };
  }
};

const acknowledge = async (handles: readonly ReceiptHandle[], options: PollerOptions): Promise<void> => {
  let left = handles;
  for (let attempt = 1; left.length > 0; attempt++) {
    try {
      left = await options.queue.deleteBatch(left);
      if (left.length === 0) return;
    } catch (error) {
      options.logger.warn('stored messages could not be deleted', { error, messages: left.length, attempt });
    }
    if (attempt === deleteAttempts) {
      options.logger.warn('stored messages stay in the queue and will be delivered again', { messages: left.length });
      return;
    }
    await options.clock.sleep(deletePauseMs * 2 ** (attempt - 1));
  }
};

/** Gives failed messages back so that each waits 1, 2, 4, ... seconds by its receive count. */
const giveBackGrowing = async (failed: readonly ReceivedMessage[], options: PollerOptions): Promise<void> => {
  const byDelay = Map.groupBy(failed, ({ receiveCount }) =>
    Math.min(2 ** (receiveCount - 1), options.visibilityTimeoutSeconds),
  );
  for (const [seconds, messages] of byDelay) {
    try {
      await options.queue.changeVisibility(
        messages.map(({ receiptHandle }) => receiptHandle),
        seconds,
      );
    } catch (error) {
      options.logger.warn('failed messages wait for their visibility timeout', { error, messages: messages.length });
    }
  }
};

/**
 * Invokes the function on a batch, acknowledges what it did not report as failed, and lets the rest come back.
 * @returns whether the batch failed as a whole, which says that the fault is not in its messages. Never throws.
 */
export const runBatch = async (
  messages: readonly ReceivedMessage[],
  options: PollerOptions,
  release: () => void,
): Promise<{ readonly failedWhole: boolean }> => {
  const outcome = await outcomeOf(messages, options);
  const isFailed = (message: ReceivedMessage): boolean =>
    outcome.kind === 'failed' || outcome.failed.has(message.messageId);
  const failed = messages.filter(isFailed);
  const done = messages.filter((message) => !isFailed(message));
  await acknowledge(
    done.map(({ receiptHandle }) => receiptHandle),
    options,
  );
  release();
  if (failed.length > 0) {
    const reason = outcome.kind === 'failed' ? outcome.reason : 'batchItemFailures';
    options.logger.warn('messages of a batch come back', { messages: failed.length, reason });
    if (options.retryDelay === 'growing') await giveBackGrowing(failed, options);
  }
  return { failedWhole: failed.length === messages.length };
};
