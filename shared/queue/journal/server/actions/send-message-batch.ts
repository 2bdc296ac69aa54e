import { limits } from '../../../../domain/limits.ts';
import type { Action } from '../action.ts';
import { requestedQueue } from '../addresses.ts';
import { batchEntries, readEach } from '../batch.ts';
import { SqsError } from '../errors.ts';
import { digestsOf, outgoingMessage, sizeOf } from '../outgoing.ts';

export const sendMessageBatch: Action = async (request, { journal, addresses, digests }) => {
  const queue = requestedQueue(request, journal, addresses);
  const { good, failed } = readEach(batchEntries(request), outgoingMessage);
  const bytes = good.reduce((sum, { value }) => sum + sizeOf(value), 0);
  if (bytes > limits.messageBytes) {
    throw new SqsError(
      'BatchRequestTooLong',
      `Batch requests cannot be longer than ${limits.messageBytes} bytes. You have sent ${bytes} bytes.`,
    );
  }
  const results = good.length === 0 ? [] : await queue.sendBatch(good.map(({ value }) => value));
  const successful: object[] = [];
  for (const [index, { id, value }] of good.entries()) {
    const result = results[index];
    if (result === undefined) throw new Error('The journal did not say what became of a message.');
    if (result.status === 'sent') {
      successful.push({ Id: id, MessageId: result.messageId, ...digestsOf(value, digests) });
    } else {
      failed.push({ Id: id, Code: result.code, Message: result.message, SenderFault: result.senderFault });
    }
  }
  return { Successful: successful, Failed: failed };
};
