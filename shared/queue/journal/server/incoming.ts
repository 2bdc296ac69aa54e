import type { MessageAttributes } from '../../port.ts';
import { parseKey, toTyped } from '../../sqs/attributes.ts';
import type { JournalReceivedMessage } from '../port.ts';
import type { Addresses } from './addresses.ts';
import { digestOfAttributes, digestOfBody } from './digest.ts';

/** What of a message a receive asked for. */
export interface IncomingSelection {
  readonly digests: boolean;
  /** Names, `prefix.*`, `.*` or `All`. */
  readonly attributeNames: readonly string[];
  readonly systemAttributeNames: readonly string[];
}

/** Who sent a message: SQS has an account or user id here, the loopback knows nobody. */
const senderId = 'AIDAEMBEDDED';

const systemAttributes = (
  message: JournalReceivedMessage,
  names: readonly string[],
  addresses: Addresses,
): Readonly<Record<string, string>> | undefined => {
  if (names.length === 0) return undefined;
  const all: Readonly<Record<string, string | undefined>> = {
    ApproximateReceiveCount: String(message.receiveCount),
    SentTimestamp: String(message.sentAtMs),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAtMs),
    SenderId: senderId,
    DeadLetterQueueSourceArn: message.deadLetterSource && addresses.arnOf(message.deadLetterSource),
  };
  const wanted = names.includes('All') ? Object.keys(all) : names;
  const selected: Record<string, string> = {};
  for (const name of wanted) {
    const value = all[name];
    if (value !== undefined) selected[name] = value;
  }
  return selected;
};

const isWanted = (name: string, wanted: readonly string[]): boolean =>
  wanted.some((one) => one === name || (one.endsWith('.*') && name.startsWith(one.slice(0, -1))));

const selectAttributes = (attributes: MessageAttributes, wanted: readonly string[]): MessageAttributes => {
  if (wanted.length === 0) return {};
  if (wanted.includes('All') || wanted.includes('.*')) return attributes;
  return Object.fromEntries(Object.entries(attributes).filter(([key]) => isWanted(parseKey(key).name, wanted)));
};

/** A message as `ReceiveMessage` answers it; members that are undefined do not appear in the JSON text. */
export const incomingMessage = (
  message: JournalReceivedMessage,
  { digests, attributeNames, systemAttributeNames }: IncomingSelection,
  addresses: Addresses,
): object => {
  const attributes = selectAttributes(message.attributes, attributeNames);
  return {
    MessageId: message.messageId,
    ReceiptHandle: message.receiptHandle,
    Body: message.body,
    MD5OfBody: digests ? digestOfBody(message.body) : undefined,
    Attributes: systemAttributes(message, systemAttributeNames, addresses),
    MessageAttributes: toTyped(attributes, (base64) => base64),
    MD5OfMessageAttributes: digests ? digestOfAttributes(attributes) : undefined,
  };
};
