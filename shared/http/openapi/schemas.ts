import Type from 'typebox';
import { consultationIdSchema, eventOfPathSchema, eventSchema } from '../../domain/event.ts';
import { eventTypePattern } from '../../domain/limits.ts';
import { segmentPattern } from '../../domain/policy.ts';
import { problemTags, problemType } from '../problem.ts';
import { replaySchemas } from '../replay/schemas.ts';

const uuid = Type.String({ format: 'uuid' });
const statusCode = Type.Integer({ minimum: 400, maximum: 599 });

/** Kinds that a host's HTTP server refuses by itself, before there is a request. */
const protocolTypes = ['malformed-http', 'headers-too-large', 'expectation-failed', 'request-target-too-long'].map(
  (name) => `urn:fi-events:problem:${name}`,
);

const problemTypes = [...problemTags.map(problemType), ...protocolTypes];
const problemMembers = {
  type: Type.String({ enum: problemTypes, description: 'Names the kind of problem.' }),
  title: Type.String(),
  status: statusCode,
  detail: Type.String({ description: 'What is wrong with this request, for a person.' }),
  field: Type.Optional(Type.String({ description: 'The member, parameter or header that is wrong.' })),
  instance: Type.Optional(Type.String({ description: 'Names the request.' })),
};

const problem = Type.Object(problemMembers, { additionalProperties: false, description: 'RFC 9457 problem details.' });

const rejected = Type.Array(
  Type.Object(
    {
      index: Type.Integer({
        minimum: 0,
        description: 'Place among the events of the request, from 0; blank lines do not count.',
      }),
      problem: Type.Ref('#/components/schemas/Problem'),
    },
    { additionalProperties: false },
  ),
);

/** Everything under `components.schemas`, by name. */
export const schemas = {
  Problem: problem,
  BatchProblem: Type.Object(
    { ...problemMembers, rejected },
    { additionalProperties: false, description: 'None of a batch was accepted.' },
  ),
  EventOfPath: eventOfPathSchema,
  Event: eventSchema,
  Accepted: Type.Object(
    { status: Type.Literal('accepted'), message_id: Type.String(), event_id: uuid },
    { additionalProperties: false, description: 'The queue holds the event durably.' },
  ),
  AcceptedBatch: Type.Object(
    {
      status: Type.Literal('accepted'),
      accepted: Type.Integer({ minimum: 1 }),
      message_ids: Type.Array(Type.String(), { description: 'One a pack.' }),
      event_ids: Type.Array(Type.Union([uuid, Type.Null()]), { description: 'In order; null where rejected.' }),
      rejected,
    },
    { additionalProperties: false, description: 'The queue holds the accepted events durably.' },
  ),
  StoredEvent: Type.Object(
    {
      event_id: uuid,
      consultation_id: consultationIdSchema,
      event_type: Type.String({ pattern: eventTypePattern }),
      user_id: Type.Optional(Type.String()),
      occurred_at: Type.Optional(Type.String({ description: 'As sent.' })),
      received_at: Type.String({ format: 'date-time' }),
      segment: Type.String({ pattern: segmentPattern }),
      sealed: Type.Boolean(),
      position: Type.Optional(Type.Integer({ minimum: 0, description: 'Index in the log, once sealed.' })),
      erased: Type.Optional(
        Type.Literal(true, { description: 'The consultation was erased: payload and user_id are gone for good.' }),
      ),
      erased_at: Type.Optional(Type.String({ format: 'date-time' })),
      payload: Type.Union([
        Type.Object({}, { additionalProperties: true, description: 'The bytes as sent.' }),
        Type.String({ description: 'With stored=true, where it is stored encrypted: see docs/KEY_STORE.md.' }),
        Type.Null({ description: 'Of an erased event.' }),
      ]),
    },
    { additionalProperties: false },
  ),
  EventPage: Type.Object(
    {
      events: Type.Array(Type.Ref('#/components/schemas/StoredEvent')),
      next: Type.Union([Type.String(), Type.Null()], {
        description: 'Send it as `after`; null when this was the last page for now.',
      }),
      unreadable: Type.Optional(
        Type.Array(Type.String(), {
          description: 'Damaged parts of which the page may lack events; absent when none.',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  FeedPage: Type.Object(
    {
      events: Type.Array(Type.Ref('#/components/schemas/StoredEvent')),
      next: Type.String({
        description: 'Send it as `after`, now or when more is sealed; it also passes events that are not shown.',
      }),
      more: Type.Boolean({ description: 'Whether more is sealed already behind `next`, wanted or not.' }),
    },
    { additionalProperties: false },
  ),
  ...replaySchemas,
  Live: Type.Object({ status: Type.Literal('live') }, { additionalProperties: false }),
  Ready: Type.Object(
    { status: Type.Literal('ready'), queue: Type.Literal('reachable'), store: Type.Literal('writable') },
    { additionalProperties: false },
  ),
};

export type SchemaName = keyof typeof schemas;
