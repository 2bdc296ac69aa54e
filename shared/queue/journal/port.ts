import type { OutgoingMessage, Queue, ReceivedMessage, ReceiveOptions } from '../port.ts';

/** Where a message goes that was received more than `maxReceiveCount` times. */
export interface RedrivePolicy {
  readonly deadLetterQueueName: string;
  readonly maxReceiveCount: number;
}

/** What can be set on a queue; the names are SQS's, units in the name. */
export interface QueueAttributes {
  readonly visibilityTimeoutSeconds: number;
  readonly delaySeconds: number;
  /** Undefined: an unacknowledged message never expires, which is our hosts' default. */
  readonly messageRetentionSeconds: number | undefined;
  readonly receiveMessageWaitTimeSeconds: number;
  /** A message larger than this, attributes included, is refused. */
  readonly maximumMessageBytes: number;
  readonly redrivePolicy: RedrivePolicy | undefined;
}

/** A message with what only SQS's protocol can set. */
export interface JournalOutgoingMessage extends OutgoingMessage {
  /** Overrides the queue's delay, 0 to 900. */
  readonly delaySeconds?: number;
}

export interface JournalReceivedMessage extends ReceivedMessage {
  /** Unix milliseconds of the first receive. */
  readonly firstReceivedAtMs: number;
  /** The queue that the message was redriven from; set on what sits in a dead-letter queue. */
  readonly deadLetterSource: string | undefined;
}

/** A queue of the journal: the common port, and what SQS's protocol needs beyond it. */
export interface JournalQueue extends Queue {
  readonly attributes: QueueAttributes;
  /** Unix milliseconds. */
  readonly createdAtMs: number;
  sendBatch(messages: readonly JournalOutgoingMessage[]): ReturnType<Queue['sendBatch']>;
  receive(options: ReceiveOptions): Promise<readonly JournalReceivedMessage[]>;
  /** Changes some attributes, durably. */
  setAttributes(changes: Partial<QueueAttributes>): Promise<void>;
  /** Deletes every message, durably. */
  purge(): Promise<void>;
}

/** Progress of a message move task (SQS `StartMessageMoveTask`). */
export interface MoveTask {
  readonly taskHandle: string;
  readonly sourceQueueName: string;
  readonly destinationQueueName: string | undefined;
  readonly status: 'RUNNING' | 'COMPLETED' | 'CANCELLED' | 'FAILED';
  readonly moved: number;
  readonly toMove: number;
  readonly startedAtMs: number;
}

/** The embedded queue: one owner of one folder, any number of queues. */
export interface Journal {
  /** Makes the queue durably, or returns the one there is when its attributes are equal. @throws QueueExists when they differ. */
  createQueue(name: string, attributes?: Partial<QueueAttributes>): Promise<JournalQueue>;
  /** The queue, or undefined. */
  queue(name: string): JournalQueue | undefined;
  /** Names in ascending order. */
  queueNames(): readonly string[];
  deleteQueue(name: string): Promise<void>;
  /** Moves visible messages, each durably and exactly once; back to where each was redriven from when no destination is given. */
  startMoveTask(source: string, destination?: string, maxPerSecond?: number): MoveTask;
  moveTasks(source: string): readonly MoveTask[];
  cancelMoveTask(taskHandle: string): MoveTask | undefined;
  /** Finishes what is being written, then releases the folder. Messages stay. */
  close(): Promise<void>;
  readonly statistics: JournalStatistics;
}

export interface JournalStatistics {
  readonly replayedMessages: number;
  readonly replayMs: number;
  readonly flushes: number;
  readonly writtenBytes: number;
  readonly diskBytes: number;
  /** Bodies held in memory. */
  readonly memoryBytes: number;
  readonly copiedForwardMessages: number;
}
