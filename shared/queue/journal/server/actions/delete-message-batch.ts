import type { Action } from '../action.ts';
import { requestedQueue } from '../addresses.ts';
import { batchEntries, readEach } from '../batch.ts';
import { SqsError } from '../errors.ts';
import { answerHandles, requiredHandle } from '../handles.ts';

const refused = new SqsError('ReceiptHandleIsInvalid', 'The receipt handle is no longer valid for its message.');

/** Says which handles deleted nothing, where SQS may stay silent: the poller then knows what comes back. */
export const deleteMessageBatch: Action = async (request, { journal, addresses }) => {
  const queue = requestedQueue(request, journal, addresses);
  const { good, failed } = readEach(batchEntries(request), requiredHandle);
  const entries = good.map(({ id, value }) => ({ id, handle: value }));
  const handles = entries.map(({ handle }) => handle);
  return answerHandles(entries, handles.length === 0 ? [] : await queue.deleteBatch(handles), failed, refused);
};
