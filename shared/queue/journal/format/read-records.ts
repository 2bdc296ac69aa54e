import { limits } from '../../../domain/limits.ts';
import type { MessageAttributes } from '../../port.ts';
import type { QueueAttributes } from '../port.ts';
import { groupHeaderBytes } from './layout.ts';
import {
  type BodyPlace,
  type MessageRecord,
  type MovedRecord,
  type QueueRecord,
  type ReceivedRecord,
  recordType,
} from './records.ts';

/** What replay does with each kind of record. */
export interface RecordVisitor {
  queue(record: QueueRecord): void;
  queueDeleted(queue: number): void;
  /** `recordBytes` is what the record takes of the segment. */
  message(record: MessageRecord, body: BodyPlace, recordBytes: number): void;
  deleted(number: number): void;
  received(record: ReceivedRecord): void;
  moved(record: MovedRecord): void;
  purged(queue: number): void;
  trimmed(oldestSegment: number): void;
}

/** Reads what {@link RecordBuffer} wrote. The group's checksum held, so a surprise is a fault of ours or a newer format. */
class RecordReader {
  readonly #bytes: Buffer;
  position = groupHeaderBytes;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.position >= this.#bytes.length;
  }

  u8(): number {
    return this.#bytes.readUInt8(this.position++);
  }

  u32(): number {
    this.position += 4;
    return this.#bytes.readUInt32LE(this.position - 4);
  }

  f64(): number {
    this.position += 8;
    return this.#bytes.readDoubleLE(this.position - 8);
  }

  text(): string {
    const bytes = this.u32();
    this.position += bytes;
    return this.#bytes.toString('utf8', this.position - bytes, this.position);
  }

  skip(bytes: number): void {
    this.position += bytes;
  }
}

const readQueue = (reader: RecordReader): QueueRecord => {
  const queue = reader.u32();
  const createdAtMs = reader.f64();
  const { name, attributes }: { name: string; attributes: QueueAttributes } = JSON.parse(reader.text());
  // JSON leaves undefined members out, and journals written before there was a limit have none.
  return {
    queue,
    name,
    createdAtMs,
    attributes: {
      ...attributes,
      maximumMessageBytes: attributes.maximumMessageBytes ?? limits.messageBytes,
      messageRetentionSeconds: attributes.messageRetentionSeconds,
      redrivePolicy: attributes.redrivePolicy,
    },
  };
};

const noAttributes: MessageAttributes = Object.freeze({});

const parseAttributes = (text: string): MessageAttributes => (text === '' ? noAttributes : JSON.parse(text));

const readMessage = (reader: RecordReader, visitor: RecordVisitor): void => {
  const start = reader.position - 1;
  const record = {
    number: reader.f64(),
    queue: reader.u32(),
    sentAtMs: reader.f64(),
    delayedUntilMs: reader.f64(),
    receiveCount: reader.u32(),
    firstReceivedAtMs: reader.f64(),
    id: reader.text(),
    deadLetterSource: reader.text(),
    attributes: parseAttributes(reader.text()),
  };
  const crc = reader.u32();
  const bytes = reader.u32();
  const position = reader.position;
  reader.skip(bytes);
  visitor.message(record, { position, bytes, crc }, reader.position - start);
};

const readMoved = (reader: RecordReader): MovedRecord => ({
  number: reader.f64(),
  queue: reader.u32(),
  sentAtMs: reader.f64(),
  receiveCount: reader.u32(),
  id: reader.text(),
  deadLetterSource: reader.text(),
});

const repeat = (reader: RecordReader, read: () => void): void => {
  for (let left = reader.u32(); left > 0; left--) read();
};

const readReceived = (reader: RecordReader): ReceivedRecord => ({
  number: reader.f64(),
  receiveCount: reader.u32(),
  firstReceivedAtMs: reader.f64(),
});

const readOne = (reader: RecordReader, visitor: RecordVisitor): void => {
  const type = reader.u8();
  if (type === recordType.message) readMessage(reader, visitor);
  else if (type === recordType.deleted) repeat(reader, () => visitor.deleted(reader.f64()));
  else if (type === recordType.received) repeat(reader, () => visitor.received(readReceived(reader)));
  else if (type === recordType.moved) visitor.moved(readMoved(reader));
  else if (type === recordType.queue) visitor.queue(readQueue(reader));
  else if (type === recordType.queueDeleted) visitor.queueDeleted(reader.u32());
  else if (type === recordType.purged) visitor.purged(reader.u32());
  else if (type === recordType.trimmed) visitor.trimmed(reader.u32());
  else if (type !== recordType.closed) throw new Error(`unknown record type ${type}`);
};

/** Hands every record of an intact group (header and records, no padding) to `visitor`, in order. */
export const readRecords = (group: Buffer, visitor: RecordVisitor): void => {
  const reader = new RecordReader(group);
  while (!reader.atEnd) readOne(reader, visitor);
};
