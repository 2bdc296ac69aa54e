import type { ReceiptHandle } from '../../../domain/ids.ts';
import { InvalidQueueRequest } from '../errors.ts';
import { type Core, requireOpen } from './core.ts';
import type { QueueState } from './queue-state.ts';

/** SQS's longest visibility timeout: 12 hours. */
const longestSeconds = 43_200;

/**
 * Sets when messages become available again, `seconds` from now; resolves to the handles whose message is not in flight.
 * Not written down: after a restart every message is available anyway.
 */
export const changeVisibility = (
  core: Core,
  queue: QueueState,
  handles: readonly ReceiptHandle[],
  seconds: number,
): readonly ReceiptHandle[] => {
  requireOpen(core);
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > longestSeconds) {
    throw new InvalidQueueRequest('visibilityTimeoutSeconds', `must be a whole number from 0 to ${longestSeconds}`);
  }
  const nowMs = core.clock.monotonicMs();
  queue.showDue(nowMs);
  const failed: ReceiptHandle[] = [];
  for (const handle of handles) {
    const found = core.receipts.find(queue, handle);
    if (typeof found !== 'object' || found.status !== 'inFlight') failed.push(handle);
    else if (seconds === 0) queue.show(found);
    else queue.hide(found, nowMs + seconds * 1_000);
  }
  return failed;
};
