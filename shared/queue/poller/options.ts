import type { SQSEvent } from 'aws-lambda';
import type { Clock } from '../../ports/clock.ts';
import type { Logger } from '../../telemetry/log.ts';
import type { QueueReceiver } from '../port.ts';
import type { EventSource } from './sqs-event.ts';

/** Runs the function on a batch and resolves to its answer; rejects when the function failed as a whole. */
export type Invoke = (event: SQSEvent) => Promise<unknown>;

/**
 * When a failed message is tried again: after its visibility timeout, as Lambda leaves it, or after
 * 1, 2, 4, ... seconds by its receive count, up to the visibility timeout.
 */
export type RetryDelay = 'visibility-timeout' | 'growing';

/** The names and limits of Lambda's SQS event source mapping. */
export interface PollerOptions {
  readonly queue: QueueReceiver;
  readonly invoke: Invoke;
  readonly source: EventSource;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Most messages a batch, 1 to 10,000. */
  readonly batchSize: number;
  /** How long a batch may gather after its first message, 0 to 300,000 ms; Lambda knows whole seconds only. */
  readonly batchWindowMs: number;
  /** Batches that run at a time, at least 1. */
  readonly maximumConcurrency: number;
  /** How long a message stays invisible when nobody extends it, in seconds; set at each receive and by the heartbeat. */
  readonly visibilityTimeoutSeconds: number;
  /** Most bytes of the invocation's JSON. Default: Lambda's 6 MB. */
  readonly payloadBytes?: number;
  /** Default `visibility-timeout`. */
  readonly retryDelay?: RetryDelay;
  /** Whether `batchItemFailures` of an answer count, as with `functionResponseType`. Default true. */
  readonly reportBatchItemFailures?: boolean;
}

/** The largest event of a synchronous invocation: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const lambdaPayloadBytes = 6 * 1024 * 1024;

/** SQS's most messages a receive call. */
export const messagesPerReceive = 10;

/** SQS's longest poll, in seconds. */
export const longPollSeconds = 20;

/** @throws RangeError that names the option */
export const checkOptions = (options: PollerOptions): void => {
  const within = (name: string, value: number, least: number, most: number): void => {
    if (!Number.isFinite(value) || value < least || value > most) {
      throw new RangeError(`${name} must be from ${least} to ${most}, not ${value}`);
    }
  };
  within('batchSize', options.batchSize, 1, 10_000);
  within('batchWindowMs', options.batchWindowMs, 0, 300_000);
  within('maximumConcurrency', options.maximumConcurrency, 1, 1_000);
  within('visibilityTimeoutSeconds', options.visibilityTimeoutSeconds, 1, 43_200);
};
