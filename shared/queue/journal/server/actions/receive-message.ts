import type { JournalReceivedMessage } from '../../port.ts';
import type { Action } from '../action.ts';
import { requestedQueue } from '../addresses.ts';
import { encodeMessages } from '../encoded.ts';
import { optionalWhole, ranges, textList } from '../fields.ts';
import { type IncomingSelection, incomingMessage } from '../incoming.ts';

/** Bodies of together so many characters are encoded at once: less than a millisecond. */
const quickLength = 131_072;

export const receiveMessage: Action = async (request, { journal, addresses, digests, abandoned, onUndelivered }) => {
  const queue = requestedQueue(request, journal, addresses);
  const visibilityTimeoutSeconds = optionalWhole(request, 'VisibilityTimeout', ranges.visibilityTimeoutSeconds);
  const selection: IncomingSelection = {
    digests,
    attributeNames: textList(request, 'MessageAttributeNames'),
    // Two names for one thing: `AttributeNames` is the older.
    systemAttributeNames: [...textList(request, 'MessageSystemAttributeNames'), ...textList(request, 'AttributeNames')],
  };
  const messages: readonly JournalReceivedMessage[] = await queue.receive({
    maxMessages: optionalWhole(request, 'MaxNumberOfMessages', ranges.maxNumberOfMessages) ?? 1,
    waitTimeSeconds:
      optionalWhole(request, 'WaitTimeSeconds', ranges.waitTimeSeconds) ??
      queue.attributes.receiveMessageWaitTimeSeconds,
    ...(visibilityTimeoutSeconds === undefined ? {} : { visibilityTimeoutSeconds }),
    signal: abandoned,
  });
  if (messages.length === 0) return {};
  onUndelivered(() =>
    queue.changeVisibility(
      messages.map(({ receiptHandle }) => receiptHandle),
      0,
    ),
  );
  const render = (message: JournalReceivedMessage): object => incomingMessage(message, selection, addresses);
  const length = messages.reduce((sum, { body }) => sum + body.length, 0);
  return length > quickLength ? encodeMessages(messages, render) : { Messages: messages.map(render) };
};
