import { UntrustedNote } from '../../domain/errors.ts';
import type { ExpiredDay } from '../commits/format.ts';
import { openNote, signNote } from '../log/note/note.ts';
import type { Signer } from '../log/note/signer.ts';
import type { VerifierKey } from '../log/note/verifier-key.ts';

const dayMs = 86_400_000;

/**
 * What the log's key signs when a day is dropped: without it, whoever can write to the store could delete a day and say that its
 * retention was over. It can't be taken for a checkpoint, whose first line is the name of the log.
 */
const statementOf = (origin: string, day: Omit<ExpiredDay, 'signature'>): string =>
  [
    'fi-events/expired',
    origin,
    `${day.segment} ${day.day}`,
    `${day.count} ${day.first_position} ${day.last_position}`,
    `${day.retention_days} ${day.expired_at}`,
    day.sha256,
    '',
  ].join('\n');

/** The signature line of the statement, as C2SP signed-note has it. */
export const signExpired = (signer: Signer, day: Omit<ExpiredDay, 'signature'>): string => {
  const statement = statementOf(signer.verifierKey.name, day);
  return signNote(statement, [signer]).slice(statement.length + 1, -1);
};

/** When the retention of a day's last event is over, in Unix milliseconds: events of a day come in until its end, in UTC. */
export const retentionEndMs = (day: string, retentionDays: number): number =>
  Date.parse(day) + (1 + retentionDays) * dayMs;

/**
 * @throws UntrustedNote when none of the keys signed that this day was dropped, or when it was dropped before its time.
 * @throws MalformedNote when the signature is none.
 */
export const requireSignedExpired = (day: ExpiredDay, trusted: readonly VerifierKey[]): void => {
  const [, name = ''] = day.signature.split(' ');
  openNote(`${statementOf(name, day)}\n${day.signature}\n`, trusted);
  if (!(Date.parse(day.expired_at) >= retentionEndMs(day.day, day.retention_days))) {
    throw new UntrustedNote(
      `It was dropped at ${day.expired_at}, before the ${day.retention_days} days of its retention were over.`,
    );
  }
};
