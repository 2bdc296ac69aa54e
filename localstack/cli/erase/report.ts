import type { ConsultationId } from '../../../shared/domain/ids.ts';
import type { Erasure } from '../../../shared/key-store/record.ts';
import type { EraseScope } from './scope.ts';

/** What `fi erase` did, or would do. */
export interface EraseReport {
  readonly consultationId: ConsultationId;
  readonly scope: EraseScope;
  /** Absent when nothing was erased, now or before. */
  readonly erasure: Erasure | undefined;
  readonly alreadyErased: boolean;
}

const grouped = new Intl.NumberFormat('en-US');
const counted = (number: number, what: string): string => `${grouped.format(number)} ${what}${number === 1 ? '' : 's'}`;

/** Whether something of the consultation can be read all the same. */
export const staysReadable = ({ clearEvents, clearLetters }: EraseScope): boolean =>
  clearEvents > 0 || clearLetters.length > 0;

export const eraseJson = ({ consultationId, scope, erasure, alreadyErased }: EraseReport): string =>
  `${JSON.stringify({
    consultation_id: consultationId,
    erased: erasure !== undefined,
    already_erased: alreadyErased,
    erased_at: erasure?.erasedAt,
    erased_by: erasure?.erasedBy,
    reason: erasure?.reason,
    sealed_events: scope.sealedEvents,
    first_position: scope.firstPosition,
    last_position: scope.lastPosition,
    unsealed_events: scope.unsealedEvents,
    clear_events: scope.clearEvents,
    clear_letters: scope.clearLetters,
  })}\n`;

const headline = ({ consultationId, erasure, alreadyErased }: EraseReport): string => {
  if (erasure === undefined) return `would erase ${consultationId}; nothing was done`;
  const { erasedAt, erasedBy, reason } = erasure;
  return `${consultationId} ${alreadyErased ? 'was erased before,' : 'is erased'} at ${erasedAt} by ${erasedBy}: ${reason}`;
};

export const eraseText = (report: EraseReport): string => {
  const { scope, erasure } = report;
  const positions = scope.sealedEvents === 0 ? '' : ` (positions ${scope.firstPosition} to ${scope.lastPosition})`;
  const what = erasure === undefined ? 'would become unreadable' : 'are unreadable for good';
  const lines = [
    headline(report),
    `${counted(scope.sealedEvents, 'sealed event')}${positions} and ${grouped.format(scope.unsealedEvents)} not sealed yet ${what}: payload and user id`,
  ];
  if (scope.clearEvents > 0) {
    lines.push(
      `${counted(scope.clearEvents, 'event')} stored in clear, before encryption was turned on, can still be read`,
    );
  }
  if (scope.clearLetters.length > 0) {
    lines.push(
      `${counted(scope.clearLetters.length, 'letter')} in quarantine can still be read: ${scope.clearLetters.join(' ')}`,
    );
  }
  if (erasure !== undefined)
    lines.push('A backup of the key store that has the key undoes this: take it out there too.');
  return `${lines.join('\n')}\n`;
};
