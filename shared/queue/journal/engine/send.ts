import { QueueFull, QueueUnavailable } from '../../../domain/errors.ts';
import type { MessageId } from '../../../domain/ids.ts';
import { limits } from '../../../domain/limits.ts';
import type { MessageAttributes, SendResult } from '../../port.ts';
import { isSqsText } from '../../sqs/text.ts';
import { InvalidQueueRequest } from '../errors.ts';
import { type MessageRecord, messageRecordBytes, writeMessage } from '../format/records.ts';
import type { GroupPlacement, Operation } from '../log/group.ts';
import { placeMessage } from '../log/stored-message.ts';
import type { JournalOutgoingMessage } from '../port.ts';
import { type Core, requireOpen } from './core.ts';
import { Message } from './message.ts';
import type { QueueState } from './queue-state.ts';
import { delayDeadline } from './replay-visitor.ts';

/** SQS's longest delay (SendMessage in the SQS API reference). */
const longestDelaySeconds = 900;
const noAttributes: MessageAttributes = Object.freeze({});

const refusal = (code: string, message: string): SendResult => ({ status: 'failed', code, message, senderFault: true });

/** Why SQS would refuse the message, or undefined. */
const refusalOf = (outgoing: JournalOutgoingMessage): SendResult | undefined => {
  const { body, attributes = noAttributes, delaySeconds = 0 } = outgoing;
  if (body === '') return refusal('MissingParameter', 'The message has no body.');
  if (!(outgoing.isSqsText || isSqsText(body)) || !Object.values(attributes).every(isSqsText)) {
    return refusal('InvalidMessageContents', 'The message has characters that SQS does not allow.');
  }
  if (!Number.isInteger(delaySeconds) || delaySeconds < 0 || delaySeconds > longestDelaySeconds) {
    return refusal(
      'InvalidParameterValue',
      `The delay must be a whole number of seconds up to ${longestDelaySeconds}.`,
    );
  }
  return undefined;
};

/** Only a limit that was set on the queue is looked at here: the call's own is the same as the largest one. */
const sizeRefusalOf = (bytes: number, mostBytes: number): SendResult | undefined =>
  bytes > mostBytes && mostBytes < limits.messageBytes
    ? refusal('InvalidParameterValue', `Message must be shorter than ${mostBytes} bytes.`)
    : undefined;

const attributesBytes = (attributes: MessageAttributes): number => {
  let bytes = 0;
  for (const name in attributes) bytes += Buffer.byteLength(name) + Buffer.byteLength(attributes[name] ?? '');
  return bytes;
};

/** Answers the sender, and lets receivers see the messages, once they are durable. */
class SendOperation implements Operation {
  readonly #core: Core;
  readonly #messages: readonly Message[];
  readonly #results: readonly SendResult[];
  readonly #resolve: (results: readonly SendResult[]) => void;
  readonly #reject: (error: Error) => void;

  constructor(
    core: Core,
    messages: readonly Message[],
    results: readonly SendResult[],
    resolve: (results: readonly SendResult[]) => void,
    reject: (error: Error) => void,
  ) {
    this.#core = core;
    this.#messages = messages;
    this.#results = results;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  committed({ segment, offset }: GroupPlacement): void {
    const { state, clock, awakened } = this.#core;
    for (const message of this.#messages) {
      placeMessage(message, segment, offset + message.bodyPosition, message.recordBytes);
      state.addMessage(message, delayDeadline(clock, message.delayedUntilMs));
      awakened.add(message.queue);
    }
    this.#resolve(this.#results);
  }

  failed(error: Error): void {
    this.#reject(error);
  }
}

/** @throws QueueFull, QueueUnavailable when records of `bytes` are more than may be added now. */
const requireRoom = ({ segments, writer }: Core, bytes: number): void => {
  if (bytes > writer.largestRecordsBytes) {
    throw new InvalidQueueRequest(
      'messages',
      'the call does not fit a journal segment: set FI_QUEUE_SEGMENT_BYTES higher',
    );
  }
  if (writer.overloaded) throw new QueueUnavailable('The disk of the queue does not keep up.');
  if (!segments.hasRoomForSends(writer.pendingBytes + bytes)) {
    throw new QueueFull('The queue has used up the disk that it may take: wait until it was worked off.');
  }
};

interface Draft {
  readonly record: MessageRecord;
  readonly body: string;
}

const draft = (core: Core, queue: QueueState, outgoing: JournalOutgoingMessage, nowMs: number): Draft => {
  const delaySeconds = outgoing.delaySeconds ?? queue.attributes.delaySeconds;
  return {
    record: {
      number: core.state.nextMessage++,
      queue: queue.number,
      id: core.newId(),
      sentAtMs: nowMs,
      delayedUntilMs: delaySeconds === 0 ? 0 : nowMs + delaySeconds * 1_000,
      receiveCount: 0,
      firstReceivedAtMs: 0,
      deadLetterSource: '',
      attributes: outgoing.attributes ?? noAttributes,
    },
    body: outgoing.body,
  };
};

/** Encodes the drafts into one group and says what the messages will be once it is durable. */
const encode = (core: Core, queue: QueueState, drafts: readonly Draft[], bytes: number): Message[] => {
  const buffer = core.writer.reserve(bytes);
  return drafts.map(({ record, body }) => {
    const start = buffer.length;
    const place = writeMessage(buffer, record, body);
    const message = new Message(record, queue, place, body);
    // Relative to the group until it is known where that goes.
    message.bodyPosition = place.position;
    message.recordBytes = buffer.length - start;
    return message;
  });
};

/**
 * Sends what SQS would take of `outgoing`, in one group: after a crash all of it is there, or nothing.
 * @throws QueueUnavailable, QueueFull: nothing was sent. InvalidQueueRequest for a call that SQS refuses as a whole.
 */
export const sendBatch = async (
  core: Core,
  queue: QueueState,
  outgoing: readonly JournalOutgoingMessage[],
): Promise<readonly SendResult[]> => {
  requireOpen(core);
  if (outgoing.length > limits.entriesPerCall) {
    throw new InvalidQueueRequest('messages', `at most ${limits.entriesPerCall} messages a call`);
  }
  const nowMs = core.clock.nowMs();
  const drafts: Draft[] = [];
  const results: SendResult[] = [];
  let contentBytes = 0;
  let recordBytes = 0;
  for (const message of outgoing) {
    const bodyBytes = Buffer.byteLength(message.body);
    const messageBytes = bodyBytes + (message.attributes === undefined ? 0 : attributesBytes(message.attributes));
    contentBytes += messageBytes;
    const refused = refusalOf(message) ?? sizeRefusalOf(messageBytes, queue.attributes.maximumMessageBytes);
    if (refused !== undefined) {
      results.push(refused);
      continue;
    }
    const one = draft(core, queue, message, nowMs);
    recordBytes += messageRecordBytes(one.record, bodyBytes);
    drafts.push(one);
    results.push({ status: 'sent', messageId: one.record.id as MessageId });
  }
  if (contentBytes > limits.messageBytes) {
    throw new InvalidQueueRequest('messages', `at most ${limits.messageBytes} bytes a call`);
  }
  if (drafts.length === 0) return results;
  requireRoom(core, recordBytes);
  const messages = encode(core, queue, drafts, recordBytes);
  return new Promise((resolve, reject) => {
    core.writer.add(new SendOperation(core, messages, results, resolve, reject), true);
  });
};
