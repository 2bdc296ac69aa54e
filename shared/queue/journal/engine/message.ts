import type { MessageAttributes } from '../../port.ts';
import type { BodyPlace, MessageRecord } from '../format/records.ts';
import type { Segment } from '../log/segment.ts';
import type { StoredMessage } from '../log/stored-message.ts';
import type { HeapEntry } from './indexed-heap.ts';
import type { QueueState } from './queue-state.ts';

/**
 * - `available`: may be received
 * - `inFlight`, `delayed`: hidden until a deadline
 * - `leaving`: its deletion or move is being written
 * - `gone`: not in the journal any more
 */
export type MessageStatus = 'available' | 'inFlight' | 'delayed' | 'leaving' | 'gone';

/** A message of the journal. A class, so that all have one shape; linked, so that leaving a list costs no search. */
export class Message implements StoredMessage {
  /** The journal's own number, ascending. */
  readonly number: number;
  id: string;
  queue: QueueState;
  sentAtMs: number;
  readonly delayedUntilMs: number;
  readonly attributes: MessageAttributes;
  deadLetterSource: string;
  receiveCount: number;
  firstReceivedAtMs: number;
  status: MessageStatus = 'gone';
  /** Of the newest receive; empty when it was not received since the journal was opened or since it was moved. */
  receipt = '';
  /** False until the first receive of this process: a handle from before a restart is good until then. */
  receivedHere = false;
  /** Undefined: to be read back from the journal. */
  body: string | undefined;
  readonly bodyBytes: number;
  readonly bodyCrc: number;
  segment: Segment | undefined = undefined;
  recordBytes = 0;
  bodyPosition = 0;
  /** Deletions and moves that are being written: meanwhile it must not be copied, since the copy would come after them. */
  departures = 0;
  previous: Message | undefined = undefined;
  next: Message | undefined = undefined;
  deadline: HeapEntry<Message> | undefined = undefined;
  expiry: HeapEntry<Message> | undefined = undefined;

  constructor(record: MessageRecord, queue: QueueState, body: BodyPlace, text: string | undefined) {
    this.number = record.number;
    this.id = record.id;
    this.queue = queue;
    this.sentAtMs = record.sentAtMs;
    this.delayedUntilMs = record.delayedUntilMs;
    this.attributes = record.attributes;
    this.deadLetterSource = record.deadLetterSource;
    this.receiveCount = record.receiveCount;
    this.firstReceivedAtMs = record.firstReceivedAtMs;
    this.body = text;
    this.bodyBytes = body.bytes;
    this.bodyCrc = body.crc;
  }
}

/** What a copy of the message must say. */
export const recordOf = (message: Message): MessageRecord => ({
  number: message.number,
  queue: message.queue.number,
  id: message.id,
  sentAtMs: message.sentAtMs,
  delayedUntilMs: message.delayedUntilMs,
  receiveCount: message.receiveCount,
  firstReceivedAtMs: message.firstReceivedAtMs,
  deadLetterSource: message.deadLetterSource,
  attributes: message.attributes,
});
