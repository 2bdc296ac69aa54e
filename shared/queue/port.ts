import type { MessageId, ReceiptHandle } from '../domain/ids.ts';

/** String attributes of a message (SQS `MessageAttributes` of type String). */
export type MessageAttributes = Readonly<Record<string, string>>;

/** A message to be sent. */
export interface OutgoingMessage {
  /** Only characters that SQS allows; at most `limits.messageBytes` in UTF-8. */
  readonly body: string;
  readonly attributes?: MessageAttributes;
  /** The sender has made sure that SQS takes every character of the body: a queue in its process need not look again. */
  readonly isSqsText?: true;
}

/** What became of one message of a call, in the order of the call. */
export type SendResult =
  | { readonly status: 'sent'; readonly messageId: MessageId }
  | {
      readonly status: 'failed';
      /** SQS error code, e.g. `InternalError`. */
      readonly code: string;
      readonly message: string;
      /** True when the message itself is at fault: sending it again won't help. */
      readonly senderFault: boolean;
    };

/** A message as received. It stays invisible to others until its visibility timeout has passed. */
export interface ReceivedMessage {
  readonly messageId: MessageId;
  readonly receiptHandle: ReceiptHandle;
  readonly body: string;
  readonly attributes: MessageAttributes;
  /** How often the message was received, this time included. */
  readonly receiveCount: number;
  /** Unix milliseconds. */
  readonly sentAtMs: number;
}

export interface ReceiveOptions {
  /** 1 to 10, as in SQS. */
  readonly maxMessages: number;
  /** Long poll, 0 to 20 s. */
  readonly waitTimeSeconds: number;
  /** Overrides the queue's own timeout. */
  readonly visibilityTimeoutSeconds?: number;
  /** Ends a long poll early; what was received by then is returned, nothing else is taken. */
  readonly signal?: AbortSignal;
}

/** How full a queue is; approximate in SQS, exact in the journal. */
export interface QueueDepth {
  /** Waiting to be received. */
  readonly visible: number;
  /** Received and not yet deleted. */
  readonly inFlight: number;
  /** Sent with a delay that has not passed. */
  readonly delayed: number;
}

/** What ENQUEUE needs of a queue. */
export interface QueueSender {
  /**
   * Sends up to `limits.entriesPerCall` messages of together up to `limits.messageBytes`.
   * Resolves when the queue holds each message that is reported `sent` durably.
   * @throws QueueUnavailable when the call as a whole failed: nothing may be taken for sent.
   */
  sendBatch(messages: readonly OutgoingMessage[]): Promise<readonly SendResult[]>;
}

/** What a consumer needs of a queue. */
export interface QueueReceiver {
  receive(options: ReceiveOptions): Promise<readonly ReceivedMessage[]>;
  /** Deletes any number of messages; resolves to the handles that could not be deleted (they come back). */
  deleteBatch(handles: readonly ReceiptHandle[]): Promise<readonly ReceiptHandle[]>;
  /** Sets the time until the messages become visible again, from now; resolves to the handles that failed. */
  changeVisibility(handles: readonly ReceiptHandle[], seconds: number): Promise<readonly ReceiptHandle[]>;
}

/** What backpressure and metrics need of a queue. */
export interface QueueGauge {
  depth(): Promise<QueueDepth>;
}

/** A queue that speaks SQS, whoever runs it. Every method may throw {@link QueueUnavailable}. */
export interface Queue extends QueueSender, QueueReceiver, QueueGauge {
  /** The queue's name, used as the `stream` label of metrics. */
  readonly name: string;
  close(): Promise<void>;
}
