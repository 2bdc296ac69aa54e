import { limits } from '../domain/limits.ts';

/** Groups messages into calls that SQS takes: by count and by bytes. */
export const inCalls = <Message>(
  messages: readonly Message[],
  bytesOf: (message: Message) => number,
): readonly (readonly Message[])[] => {
  const calls: Message[][] = [];
  let bytes = 0;
  for (const message of messages) {
    const size = bytesOf(message);
    const call = calls.at(-1);
    if (call === undefined || call.length === limits.entriesPerCall || bytes + size > limits.messageBytes) {
      calls.push([message]);
      bytes = size;
    } else {
      call.push(message);
      bytes += size;
    }
  }
  return calls;
};
