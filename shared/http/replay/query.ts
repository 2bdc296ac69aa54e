import Type from 'typebox';
import { InvalidField, quarantineReasons } from '../../domain/errors.ts';
import { limits } from '../../domain/limits.ts';
import type { Selection } from '../../stages/replay/selection.ts';
import type { LetterState } from '../../store/quarantine/port.ts';
import { consultationIdOf, eventIdOf } from '../path.ts';
import { selectionOf } from './selection.ts';

const states: readonly LetterState[] = ['open', 'settled', 'all'];
const isState = (text: string): text is LetterState => states.some((state) => state === text);

export const stateSchema = Type.Enum([...states], { default: 'open' });

const reasonOf = (text: string | undefined) => {
  const reason = quarantineReasons.find((each) => each === text);
  if (text !== undefined && reason === undefined) {
    throw new InvalidField('reason', `must be one of ${quarantineReasons.join(', ')}`);
  }
  return reason;
};

const limitOf = (text: string): number => {
  const limit = Number(text);
  if (!/^\d{1,9}$/.test(text) || limit < 1 || limit > limits.pageLetters) {
    throw new InvalidField('limit', `must be a whole number from 1 to ${limits.pageLetters}`);
  }
  return limit;
};

/** Which letters `GET /quarantine` is asked for. @throws InvalidField naming the parameter whose value is wrong. */
export const listSelection = (parameters: ReadonlyMap<string, string>, nowMs: number): Selection => {
  const state = parameters.get('state') ?? 'open';
  if (!isState(state)) throw new InvalidField('state', `must be one of ${states.join(', ')}`);
  const reason = reasonOf(parameters.get('reason'));
  const [consultation, eventId] = [parameters.get('consultation'), parameters.get('event_id')];
  const [olderThan, newerThan] = [parameters.get('older_than'), parameters.get('newer_than')];
  const [after, limit] = [parameters.get('after'), parameters.get('limit')];
  return selectionOf(
    {
      ...(reason === undefined ? {} : { reason }),
      ...(consultation === undefined ? {} : { consultation: consultationIdOf(consultation) }),
      ...(eventId === undefined ? {} : { event_id: eventIdOf(eventId) }),
      ...(olderThan === undefined ? {} : { older_than: olderThan }),
      ...(newerThan === undefined ? {} : { newer_than: newerThan }),
      ...(after === undefined ? {} : { after }),
      ...(limit === undefined ? {} : { limit: limitOf(limit) }),
    },
    state,
    nowMs,
  );
};
