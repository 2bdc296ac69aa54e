import { limits } from '../../../domain/limits.ts';
import { invalidParameter, missingParameter, SqsError } from './errors.ts';
import { type Fields, isFields } from './fields.ts';

/** One entry of a batch request. */
export interface BatchEntry {
  readonly id: string;
  readonly fields: Fields;
}

export interface BatchSuccess {
  readonly Id: string;
}

export interface BatchFailure {
  readonly Id: string;
  readonly Code: string;
  readonly Message: string;
  readonly SenderFault: boolean;
}

const entryId = /^[A-Za-z0-9_-]{1,80}$/;

const entryOf = (fields: unknown): BatchEntry => {
  if (!isFields(fields)) throw invalidParameter('Entries', fields, 'Each entry must be an object.');
  const { Id: id } = fields;
  if (id === undefined) throw missingParameter('Id');
  if (typeof id !== 'string' || !entryId.test(id)) {
    throw new SqsError(
      'InvalidBatchEntryId',
      'A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.',
    );
  }
  return { id, fields };
};

/** The entries of a batch: one to ten, ids distinct. @throws SqsError otherwise, for the call as a whole. */
export const batchEntries = (request: Fields): readonly BatchEntry[] => {
  const list = request.Entries ?? [];
  if (!Array.isArray(list)) throw invalidParameter('Entries', list, 'Must be a list.');
  if (list.length === 0) {
    throw new SqsError('EmptyBatchRequest', "There should be at least one entry in the request's Entries.");
  }
  if (list.length > limits.entriesPerCall) {
    throw new SqsError(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are ${limits.entriesPerCall}. You have sent ${list.length}.`,
    );
  }
  const entries = list.map(entryOf);
  const ids = new Set<string>();
  for (const { id } of entries) {
    if (ids.has(id)) throw new SqsError('BatchEntryIdsNotDistinct', `Id ${id} repeated.`);
    ids.add(id);
  }
  return entries;
};

/** What an entry of a batch is answered that has failed alone. */
export const failureOf = (id: string, { code, message, senderFault }: SqsError): BatchFailure => ({
  Id: id,
  Code: code,
  Message: message,
  SenderFault: senderFault,
});

/**
 * Reads each entry on its own: one that is wrong fails alone, as in SQS.
 * @throws whatever `read` throws beside an SqsError.
 */
export const readEach = <Value>(
  entries: readonly BatchEntry[],
  read: (fields: Fields) => Value,
): { readonly good: readonly { id: string; value: Value }[]; readonly failed: BatchFailure[] } => {
  const good: { id: string; value: Value }[] = [];
  const failed: BatchFailure[] = [];
  for (const { id, fields } of entries) {
    try {
      good.push({ id, value: read(fields) });
    } catch (error) {
      if (!(error instanceof SqsError)) throw error;
      failed.push(failureOf(id, error));
    }
  }
  return { good, failed };
};
