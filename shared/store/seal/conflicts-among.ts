import type { FindOtherForm } from '../../domain/other-form.ts';
import { isSameContent } from '../known-ids/record.ts';
import type { SealBatch } from './batch.ts';
import type { SealRow } from './row.ts';

/** An event of a batch whose id belongs to one with another content hash: a conflict, or the same event in another form. */
export interface Disputed {
  readonly event: number;
  /** The first 16 bytes of the content hash of the event that has the id. */
  readonly heldBy: Uint8Array;
}

const isSame = async ({ event }: SealRow, heldBy: Uint8Array, otherForm: FindOtherForm): Promise<boolean> => {
  const other = await otherForm(event);
  return other.kind === 'erased' || (other.kind === 'content' && isSameContent(heldBy, other.contentHash));
};

/**
 * Those of the disputed events that are conflicts: not a repeat that is stored encrypted while the event is in clear, or the other way
 * round, and not of a consultation that was erased, of which nothing may go to quarantine.
 * @throws as {@link FindOtherForm} does.
 */
export const conflictsAmong = async (
  batch: SealBatch,
  disputed: readonly Disputed[],
  otherForm: FindOtherForm | undefined,
): Promise<readonly SealRow[]> => {
  const conflicts: SealRow[] = [];
  for (const { event, heldBy } of disputed) {
    const row = batch.row(event);
    if (otherForm === undefined || !(await isSame(row, heldBy, otherForm))) conflicts.push(row);
  }
  return conflicts;
};
