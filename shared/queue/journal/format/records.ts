import { crc32 } from 'node:zlib';
import type { MessageAttributes } from '../../port.ts';
import type { QueueAttributes } from '../port.ts';
import type { RecordBuffer } from './record-buffer.ts';

/** First byte of each record. Numbers are never used again for something else. */
export const recordType = {
  queue: 1,
  queueDeleted: 2,
  message: 3,
  deleted: 4,
  received: 5,
  moved: 6,
  purged: 7,
  trimmed: 8,
  closed: 9,
} as const;

/** A queue as it is now: written when made, when changed, and at the head of every segment. */
export interface QueueRecord {
  readonly queue: number;
  readonly name: string;
  readonly createdAtMs: number;
  readonly attributes: QueueAttributes;
}

/** All that is known of a message but its body; written when sent, and again when copied forward. */
export interface MessageRecord {
  /** The journal's own number of the message, never given twice. */
  readonly number: number;
  readonly queue: number;
  readonly id: string;
  readonly sentAtMs: number;
  /** Unix milliseconds before which it is delayed; 0 for none. */
  readonly delayedUntilMs: number;
  readonly receiveCount: number;
  readonly firstReceivedAtMs: number;
  /** Name of the queue that it was redriven from; empty for none. */
  readonly deadLetterSource: string;
  readonly attributes: MessageAttributes;
}

/** Where a body lies: its position is relative to the group. */
export interface BodyPlace {
  readonly position: number;
  readonly bytes: number;
  readonly crc: number;
}

export interface ReceivedRecord {
  readonly number: number;
  readonly receiveCount: number;
  readonly firstReceivedAtMs: number;
}

/** A message goes to another queue, with what it is known by there. */
export interface MovedRecord {
  readonly number: number;
  readonly queue: number;
  readonly id: string;
  readonly sentAtMs: number;
  readonly receiveCount: number;
  readonly deadLetterSource: string;
}

/** Bytes of a message record without its texts. */
const messageFixedBytes = 64;
/** UTF-8 takes at most three bytes for each UTF-16 code unit. */
const mostBytesPerUnit = 3;

const attributesText = (attributes: MessageAttributes): string => {
  for (const _ in attributes) return JSON.stringify(attributes);
  return '';
};

/** No fewer bytes than {@link writeMessage} takes. */
export const messageRecordBytes = (record: MessageRecord, bodyBytes: number): number =>
  messageFixedBytes +
  bodyBytes +
  Buffer.byteLength(attributesText(record.attributes)) +
  mostBytesPerUnit * (record.id.length + record.deadLetterSource.length);

/** Resolves to where the body lies in the group. Room must have been reserved. */
export const writeMessage = (buffer: RecordBuffer, record: MessageRecord, body: string): BodyPlace => {
  buffer.u8(recordType.message);
  buffer.f64(record.number);
  buffer.u32(record.queue);
  buffer.f64(record.sentAtMs);
  buffer.f64(record.delayedUntilMs);
  buffer.u32(record.receiveCount);
  buffer.f64(record.firstReceivedAtMs);
  buffer.text(record.id);
  buffer.text(record.deadLetterSource);
  buffer.text(attributesText(record.attributes));
  const crcAt = buffer.length;
  buffer.u32(0);
  buffer.text(body);
  const position = crcAt + 8;
  const crc = crc32(buffer.since(position));
  buffer.u32At(crc, crcAt);
  return { position, bytes: buffer.length - position, crc };
};

const queueText = ({ name, attributes }: QueueRecord): string => JSON.stringify({ name, attributes });

export const queueRecordBytes = (record: QueueRecord): number => 32 + mostBytesPerUnit * queueText(record).length;

export const writeQueue = (buffer: RecordBuffer, record: QueueRecord): void => {
  buffer.u8(recordType.queue);
  buffer.u32(record.queue);
  buffer.f64(record.createdAtMs);
  buffer.text(queueText(record));
};

export const writeQueueDeleted = (buffer: RecordBuffer, queue: number): void => {
  buffer.u8(recordType.queueDeleted);
  buffer.u32(queue);
};

export const writePurged = (buffer: RecordBuffer, queue: number): void => {
  buffer.u8(recordType.purged);
  buffer.u32(queue);
};

export const writeTrimmed = (buffer: RecordBuffer, oldestSegment: number): void => {
  buffer.u8(recordType.trimmed);
  buffer.u32(oldestSegment);
};

export const writeClosed = (buffer: RecordBuffer): void => buffer.u8(recordType.closed);

/** Bytes of each of the small records above, at most. */
export const smallRecordBytes = 16;

export const deletedRecordBytes = (count: number): number => 5 + 8 * count;

export const writeDeleted = (buffer: RecordBuffer, messages: readonly { readonly number: number }[]): void => {
  buffer.u8(recordType.deleted);
  buffer.u32(messages.length);
  for (const { number } of messages) buffer.f64(number);
};

export const receivedRecordBytes = (count: number): number => 5 + 20 * count;

export const writeReceived = (buffer: RecordBuffer, messages: readonly ReceivedRecord[]): void => {
  buffer.u8(recordType.received);
  buffer.u32(messages.length);
  for (const { number, receiveCount, firstReceivedAtMs } of messages) {
    buffer.f64(number);
    buffer.u32(receiveCount);
    buffer.f64(firstReceivedAtMs);
  }
};

export const movedRecordBytes = (record: MovedRecord): number =>
  40 + mostBytesPerUnit * (record.id.length + record.deadLetterSource.length);

export const writeMoved = (buffer: RecordBuffer, record: MovedRecord): void => {
  buffer.u8(recordType.moved);
  buffer.f64(record.number);
  buffer.u32(record.queue);
  buffer.f64(record.sentAtMs);
  buffer.u32(record.receiveCount);
  buffer.text(record.id);
  buffer.text(record.deadLetterSource);
};
