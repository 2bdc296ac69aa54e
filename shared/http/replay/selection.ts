import { Compile } from 'typebox/compile';
import { InvalidField, MalformedBody } from '../../domain/errors.ts';
import { isLetterId } from '../../domain/letter.ts';
import { limits } from '../../domain/limits.ts';
import { consultationIdRule, eventIdRule } from '../../stages/ingest/explain.ts';
import type { Selection } from '../../stages/replay/selection.ts';
import type { LetterState } from '../../store/quarantine/port.ts';
import { ageRule, timeOfAge } from './age.ts';
import { decodeCursor } from './cursor.ts';
import { type DiscardRequest, discardRequestSchema, type RetryRequest, retryRequestSchema } from './schemas.ts';

type ActRequest = RetryRequest | DiscardRequest;
type FilterRequest = Pick<
  ActRequest,
  'reason' | 'consultation' | 'event_id' | 'older_than' | 'newer_than' | 'after' | 'limit'
>;

/** What each member must be, for a person. */
const rules: Readonly<Record<string, string>> = {
  letters: `must be a list of 1 to ${limits.pageLetters} letter ids`,
  all: 'must be true or false',
  reason: 'must be one of the reasons that letters have, such as conflict',
  consultation: consultationIdRule,
  event_id: eventIdRule,
  older_than: ageRule,
  newer_than: ageRule,
  after: "must be a former answer's next",
  limit: `must be a whole number from 1 to ${limits.pageLetters}`,
  dry_run: 'must be true or false',
  note: `must say why, in 1 to ${limits.noteLength} characters`,
};

const retryValidator = Compile(retryRequestSchema);
const discardValidator = Compile(discardRequestSchema);
type Validator = typeof retryValidator | typeof discardValidator;

/** The first thing that is wrong with a body that its schema refused. */
const explain = (value: unknown, validator: Validator): InvalidField => {
  for (const error of validator.Errors(value)) {
    if (error.keyword === 'required') {
      const name = error.params.requiredProperties[0] ?? 'body';
      return new InvalidField(name, `is missing; it ${rules[name]}`);
    }
    if (error.keyword === 'additionalProperties') {
      const name = error.params.additionalProperties[0] ?? 'body';
      return new InvalidField(name, `is unknown; there are ${Object.keys(rules).join(', ')}`);
    }
    const name = error.instancePath.split('/')[1] ?? '';
    const rule = rules[name];
    if (rule !== undefined) return new InvalidField(name, rule);
  }
  return new InvalidField('body', 'must be a JSON object that says which letters');
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new MalformedBody('body: is not JSON.', { cause });
  }
};

/** @throws InvalidField | MalformedBody */
export const retryRequest = (text: string): RetryRequest => {
  const value = parseJson(text);
  if (!retryValidator.Check(value)) throw explain(value, retryValidator);
  return value;
};

/** @throws InvalidField | MalformedBody */
export const discardRequest = (text: string): DiscardRequest => {
  const value = parseJson(text);
  if (!discardValidator.Check(value)) throw explain(value, discardValidator);
  return value;
};

const filterOf = (request: FilterRequest, nowMs: number): Selection['filter'] => {
  const { reason, consultation, event_id, older_than, newer_than } = request;
  return {
    ...(reason === undefined ? {} : { reason }),
    ...(consultation === undefined ? {} : { consultationId: consultation }),
    ...(event_id === undefined ? {} : { eventId: event_id.toLowerCase() }),
    ...(older_than === undefined ? {} : { beforeMs: timeOfAge(older_than, 'older_than', nowMs) }),
    ...(newer_than === undefined ? {} : { afterMs: timeOfAge(newer_than, 'newer_than', nowMs) }),
  };
};

/** What a filter selects. @throws InvalidField */
export const selectionOf = (request: FilterRequest, state: LetterState, nowMs: number): Selection => ({
  state,
  filter: filterOf(request, nowMs),
  limit: request.limit ?? limits.pageLetters,
  ...(request.after === undefined ? {} : { after: decodeCursor(request.after) }),
});

/**
 * What a retry or a discard selects. Whoever means every letter has to say so.
 * @throws InvalidField
 */
export const actSelectionOf = (request: ActRequest, nowMs: number): Selection => {
  const selection = selectionOf(request, 'open', nowMs);
  if (request.letters !== undefined) return { ...selection, letterIds: request.letters.filter(isLetterId) };
  if (Object.keys(selection.filter).length === 0 && request.all !== true) {
    throw new InvalidField('letters', 'is missing, and so is any filter: name letters, a filter, or "all": true');
  }
  return selection;
};
