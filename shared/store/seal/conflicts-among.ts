import type { FindOtherForm } from '../../encryption/other-form.ts';
import { isSameContent } from '../known-ids/record.ts';
import type { Disputed, SealRow } from './row.ts';

const isSame = async <Row extends SealRow>(
  { row, heldBy }: Disputed<Row>,
  otherForm: FindOtherForm,
): Promise<boolean> => {
  const other = await otherForm(row.event);
  return other.kind === 'erased' || (other.kind === 'content' && isSameContent(heldBy, other.contentHash));
};

/**
 * Those of the disputed rows that are conflicts: not a repeat that is stored encrypted while the event is in clear, or the other way round,
 * and not of a consultation that was erased, of which nothing may go to quarantine.
 * @throws as {@link FindOtherForm} does.
 */
export const conflictsAmong = async <Row extends SealRow>(
  disputed: readonly Disputed<Row>[],
  otherForm: FindOtherForm | undefined,
): Promise<readonly Row[]> => {
  if (otherForm === undefined) return disputed.map(({ row }) => row);
  const conflicts: Row[] = [];
  for (const each of disputed) if (!(await isSame(each, otherForm))) conflicts.push(each.row);
  return conflicts;
};
