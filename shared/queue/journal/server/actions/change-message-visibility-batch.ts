import type { ReceiptHandle } from '../../../../domain/ids.ts';
import type { Action } from '../action.ts';
import { requestedQueue } from '../addresses.ts';
import { batchEntries, readEach } from '../batch.ts';
import { type Fields, ranges, requiredWhole } from '../fields.ts';
import { answerHandles, messageNotInflight, requiredHandle } from '../handles.ts';

interface Change {
  readonly id: string;
  readonly handle: ReceiptHandle;
  readonly seconds: number;
}

const readChange = (fields: Fields): Omit<Change, 'id'> => ({
  handle: requiredHandle(fields),
  seconds: requiredWhole(fields, 'VisibilityTimeout', ranges.visibilityTimeoutSeconds),
});

/** Each entry may have a timeout of its own, the journal takes one a call: usually all are equal and it is one call. */
export const changeMessageVisibilityBatch: Action = async (request, { journal, addresses }) => {
  const queue = requestedQueue(request, journal, addresses);
  const { good, failed } = readEach(batchEntries(request), readChange);
  const changes = good.map(({ id, value }): Change => ({ id, ...value }));
  const bySeconds = Map.groupBy(changes, ({ seconds }) => seconds);
  const refused = await Promise.all(
    [...bySeconds].map(([seconds, same]) =>
      queue.changeVisibility(
        same.map(({ handle }) => handle),
        seconds,
      ),
    ),
  );
  return answerHandles(changes, refused.flat(), failed, messageNotInflight());
};
