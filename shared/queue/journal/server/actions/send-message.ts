import { limits } from '../../../../domain/limits.ts';
import type { Action } from '../action.ts';
import { requestedQueue } from '../addresses.ts';
import { SqsError } from '../errors.ts';
import { digestsOf, outgoingMessage, sizeOf } from '../outgoing.ts';

export const sendMessage: Action = async (request, { journal, addresses, digests }) => {
  const queue = requestedQueue(request, journal, addresses);
  const message = outgoingMessage(request);
  if (sizeOf(message) > limits.messageBytes) {
    throw new SqsError(
      'InvalidParameterValue',
      `One or more parameters are invalid. Reason: Message must be shorter than ${limits.messageBytes} bytes.`,
    );
  }
  const [result] = await queue.sendBatch([message]);
  if (result === undefined) throw new Error('The journal did not say what became of the message.');
  if (result.status === 'failed') {
    const { code, message: reason, senderFault } = result;
    throw new SqsError(code, reason, { senderFault, status: senderFault ? 400 : 500 });
  }
  return { MessageId: result.messageId, ...digestsOf(message, digests) };
};
