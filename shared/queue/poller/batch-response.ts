import type { MessageId } from '../../domain/ids.ts';

/** What a function's answer says about its batch. */
export type BatchOutcome =
  | { readonly kind: 'answered'; readonly failed: ReadonlySet<string> }
  /** The answer can't be trusted, so nothing of the batch may be acknowledged. */
  | { readonly kind: 'failed'; readonly reason: string };

const failedWhole = (reason: string): BatchOutcome => ({ kind: 'failed', reason });

const allGood: BatchOutcome = { kind: 'answered', failed: new Set() };

const identifierOf = (item: unknown): unknown =>
  typeof item === 'object' && item !== null && 'itemIdentifier' in item ? item.itemIdentifier : undefined;

/**
 * Reads a function's answer as Lambda does with `ReportBatchItemFailures`: nothing, an empty object or an empty list is
 * full success; anything malformed, an empty identifier or one that is not in the batch fails the whole batch.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export const readBatchResponse = (response: unknown, messageIds: readonly MessageId[]): BatchOutcome => {
  if (response === undefined || response === null) return allGood;
  if (typeof response !== 'object' || Array.isArray(response)) return failedWhole('the answer is not an object');
  if (!('batchItemFailures' in response) || response.batchItemFailures === null) return allGood;
  if (response.batchItemFailures === undefined) return allGood;
  if (!Array.isArray(response.batchItemFailures)) return failedWhole('batchItemFailures is not a list');
  const known = new Set<string>(messageIds);
  const failed = new Set<string>();
  for (const item of response.batchItemFailures) {
    const identifier = identifierOf(item);
    if (typeof identifier !== 'string' || !known.has(identifier)) {
      return failedWhole('batchItemFailures names a message that is not in the batch');
    }
    failed.add(identifier);
  }
  return { kind: 'answered', failed };
};
