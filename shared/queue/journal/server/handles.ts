import type { ReceiptHandle } from '../../../domain/ids.ts';
import { type BatchFailure, type BatchSuccess, failureOf } from './batch.ts';
import { SqsError } from './errors.ts';
import { type Fields, requiredText } from './fields.ts';

/** The receipt handle of a request or an entry; whether it is one is for the journal to say. */
export const requiredHandle = (fields: Fields): ReceiptHandle => requiredText(fields, 'ReceiptHandle') as ReceiptHandle;

export const messageNotInflight = (): SqsError =>
  new SqsError(
    'MessageNotInflight',
    'Value for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.',
  );

/** What a batch of handles is answered when the journal failed those in `refused`. */
export const answerHandles = (
  entries: readonly { readonly id: string; readonly handle: ReceiptHandle }[],
  refused: readonly ReceiptHandle[],
  failed: readonly BatchFailure[],
  error: SqsError,
): { Successful: readonly BatchSuccess[]; Failed: readonly BatchFailure[] } => {
  const refusedHandles = new Set(refused);
  const successful: BatchSuccess[] = [];
  const failures = [...failed];
  for (const { id, handle } of entries) {
    if (refusedHandles.has(handle)) failures.push(failureOf(id, error));
    else successful.push({ Id: id });
  }
  return { Successful: successful, Failed: failures };
};
