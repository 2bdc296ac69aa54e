import Type from 'typebox';
import { quarantineReasons } from '../../domain/errors.ts';
import { consultationIdSchema, uuidPattern } from '../../domain/event.ts';
import { letterIdPattern } from '../../domain/letter.ts';
import { limits } from '../../domain/limits.ts';
import { outcomeKinds } from '../../stages/replay/outcome.ts';
import { settlementActions } from '../../store/quarantine/settlement.ts';
import { agePattern } from './age.ts';

const letterId = Type.String({ pattern: letterIdPattern, description: 'A hash over what the letter holds.' });

/** Which letters; in a query and in a body. All that is given must hold. */
export const filterMembers = {
  reason: Type.Optional(Type.Enum([...quarantineReasons])),
  consultation: Type.Optional({ ...consultationIdSchema, description: 'Only letters of this consultation.' }),
  event_id: Type.Optional(Type.String({ pattern: uuidPattern, description: 'Only letters of this event.' })),
  older_than: Type.Optional(
    Type.String({
      pattern: agePattern,
      description: 'In quarantine for longer than, e.g. 36h, or since before a time.',
    }),
  ),
  newer_than: Type.Optional(
    Type.String({ pattern: agePattern, description: 'In quarantine for less than, e.g. 15m, or since after a time.' }),
  ),
  after: Type.Optional(Type.String({ minLength: 1, description: "A former answer's next." })),
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: limits.pageLetters,
      default: limits.pageLetters,
      description: 'Most letters of one answer.',
    }),
  ),
};

const actMembers = {
  letters: Type.Optional(
    Type.Array(letterId, { minItems: 1, maxItems: limits.pageLetters, description: 'These letters.' }),
  ),
  all: Type.Optional(Type.Boolean({ description: 'Needed, as true, where neither letters nor a filter is given.' })),
  ...filterMembers,
  dry_run: Type.Optional(Type.Boolean({ default: false, description: 'Changes nothing and says what would be done.' })),
};

const note = Type.String({
  pattern: '\\S',
  maxLength: limits.noteLength,
  description: 'Why, in your words; kept in quarantine.',
});

/** The body of `POST /quarantine/retry`. */
export const retryRequestSchema = Type.Object(
  { ...actMembers, note: Type.Optional(note) },
  { additionalProperties: false },
);
/** The body of `POST /quarantine/discard`. */
export const discardRequestSchema = Type.Object({ ...actMembers, note }, { additionalProperties: false });

export type RetryRequest = Type.Static<typeof retryRequestSchema>;
export type DiscardRequest = Type.Static<typeof discardRequestSchema>;

const settlement = Type.Object(
  {
    action: Type.Enum([...settlementActions]),
    note: Type.Optional(Type.String()),
    by: Type.String({ description: 'Id of the API key, or anonymous.' }),
    at: Type.String({ format: 'date-time' }),
  },
  { additionalProperties: false, description: 'What was done with the letter.' },
);

const letterMembers = {
  letter_id: letterId,
  reason: Type.Enum([...quarantineReasons], { description: 'Why the event could not be stored.' }),
  detail: Type.String({ description: 'The same for a person.' }),
  attempt: Type.Integer({ minimum: 1, description: 'One more with each retry that failed again.' }),
  form: Type.Enum(['record', 'message'], { description: 'One event, or a message in which none could be told apart.' }),
  consultation_id: Type.Optional(Type.String()),
  event_id: Type.Optional(Type.String()),
  quarantined_at: Type.String({ format: 'date-time' }),
  complete: Type.Boolean({
    description: 'False while pieces of a large letter are missing, or if they do not fit together.',
  }),
  state: Type.Enum(['open', 'settled']),
  settlement: Type.Optional(settlement),
};

/** Schemas of what the quarantine routes take and answer, for OpenAPI. */
export const replaySchemas = {
  RetryRequest: retryRequestSchema,
  DiscardRequest: discardRequestSchema,
  Letter: Type.Object(letterMembers, { additionalProperties: false, description: 'What could not be stored.' }),
  LetterWithRecord: Type.Object(
    { ...letterMembers, record: Type.Optional(Type.String({ description: 'Unaltered; absent unless complete.' })) },
    { additionalProperties: false },
  ),
  LetterPage: Type.Object(
    {
      letters: Type.Array(Type.Ref('#/components/schemas/Letter')),
      unreadable: Type.Optional(Type.Array(letterId, { description: 'Letters with damaged files; absent when none.' })),
      next: Type.Union([Type.String(), Type.Null()], {
        description: 'Send it as `after`; null behind the last letter. A page may be short although there are more.',
      }),
    },
    { additionalProperties: false },
  ),
  LetterOutcomes: Type.Object(
    {
      dry_run: Type.Boolean({ description: 'True when nothing was changed: the outcomes are what would be.' }),
      outcomes: Type.Array(
        Type.Object(
          {
            letter_id: letterId,
            outcome: Type.Enum([...outcomeKinds]),
            detail: Type.Optional(Type.String()),
            reason: Type.Optional(Type.Enum([...quarantineReasons])),
            attempt: Type.Optional(Type.Integer({ minimum: 1 })),
            consultation_id: Type.Optional(Type.String()),
            event_id: Type.Optional(Type.String()),
            settlement: Type.Optional(settlement),
          },
          { additionalProperties: false },
        ),
      ),
      next: Type.Union([Type.String(), Type.Null()], {
        description: 'Send it as `after` to go on; null when no more letters match.',
      }),
    },
    { additionalProperties: false },
  ),
};
