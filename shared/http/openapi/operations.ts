import Type from 'typebox';
import { consultationIdSchema, uuidPattern } from '../../domain/event.ts';
import { letterIdPattern } from '../../domain/letter.ts';
import { eventTypePattern, limits } from '../../domain/limits.ts';
import { stateSchema } from '../replay/query.ts';
import { filterMembers } from '../replay/schemas.ts';
import type { RouteKey } from '../routes.ts';
import type { SchemaName } from './schemas.ts';

/** What there is to say of an operation beyond its route. */
export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters: readonly object[];
  readonly requestBody?: object;
  /** The status that it answers when all is well, and its content by media type. */
  readonly success: {
    readonly status: 200 | 202;
    readonly description: string;
    readonly headers?: object;
    readonly content: object;
  };
  /** Statuses of its problems beyond those that every operation has. */
  readonly problems: readonly number[];
  /** Set where a refused batch says what is wrong with each event. */
  readonly rejectsBatches?: true;
}

export const schemaRef = (name: SchemaName): object => ({ $ref: `#/components/schemas/${name}` });

const json = (...names: readonly SchemaName[]): object => ({
  'application/json': {
    schema: names.length === 1 ? names.map(schemaRef)[0] : { oneOf: names.map(schemaRef) },
  },
});

const parameter = (place: 'path' | 'query' | 'header', name: string, description: string, schema: object): object => ({
  name,
  in: place,
  description,
  required: place === 'path',
  schema,
});

const consultation = parameter('path', 'id', 'The consultation, percent-encoded.', consultationIdSchema);

const idempotencyKey = parameter(
  'header',
  'Idempotency-Key',
  'Gives events without an event_id one that is the same whenever the request is sent again.',
  Type.String({ minLength: 1, maxLength: limits.idempotencyKeyLength }),
);

const after = parameter(
  'query',
  'after',
  "A former page's next, the position of the last event that was read, or latest for what is sealed from now on.",
  Type.String({ minLength: 1 }),
);
const pageLimit = parameter(
  'query',
  'limit',
  'Most events of the page.',
  Type.Integer({ minimum: 1, maximum: limits.pageEvents, default: limits.pageEventsDefault }),
);
const ofType = parameter('query', 'type', 'Only events of this type.', Type.String({ pattern: eventTypePattern }));
const lastEventId = parameter(
  'header',
  'Last-Event-ID',
  'In a stream: goes on behind the event with this id, in the place of after. Browsers send it when they come again.',
  Type.String({ minLength: 1 }),
);

const eventLines = {
  'application/x-ndjson': { schema: { type: 'string' }, itemSchema: schemaRef('StoredEvent') },
};
const eventStream = { 'text/event-stream': { schema: { type: 'string' }, itemSchema: schemaRef('StoredEvent') } };

const streamDescription =
  'As NDJSON each event is a line, with spaces for line breaks between tokens. As server-sent events each is a message whose id is ' +
  'its cursor; the service itself goes on with what is sealed later, behind a gateway the stream ends with the page and the client comes again.';

const sentEvents = (name: 'EventOfPath' | 'Event'): object => ({
  required: true,
  content: {
    'application/json': {
      schema: { oneOf: [schemaRef(name), { type: 'array', minItems: 1, items: schemaRef(name) }] },
    },
    // One event a line; 3.1 can only say that the whole is text, later versions read itemSchema.
    'application/x-ndjson': { schema: { type: 'string' }, itemSchema: schemaRef(name) },
  },
});

const accepted = {
  status: 202,
  description: 'Accepted: one event, or those of a batch that are not listed in rejected.',
  content: json('Accepted', 'AcceptedBatch'),
} as const;

const ingestProblems = [410, 413, 415, 429] as const;

const ok = (description: string, content: object, headers?: object): Operation['success'] => ({
  status: 200,
  description,
  content,
  ...(headers === undefined ? {} : { headers }),
});

/** Every operation; the compiler holds this to the table of routes. */
export const operations: Readonly<Record<RouteKey, Operation>> = {
  'POST /consultations/{id}/events': {
    operationId: 'appendToConsultation',
    summary: 'Appends one event, or many, to a consultation.',
    parameters: [consultation, idempotencyKey],
    requestBody: sentEvents('EventOfPath'),
    success: accepted,
    problems: ingestProblems,
    rejectsBatches: true,
  },
  'POST /events': {
    operationId: 'append',
    summary: 'Appends events, each of which names its consultation.',
    parameters: [idempotencyKey],
    requestBody: sentEvents('Event'),
    success: accepted,
    problems: ingestProblems,
    rejectsBatches: true,
  },
  'GET /events': {
    operationId: 'readFeed',
    summary: 'Reads everything sealed in the order of positions: each event once, for consumers that keep up.',
    parameters: [after, pageLimit, ofType, lastEventId],
    success: ok(
      `A page of what the key may read. ${streamDescription}`,
      {
        ...json('FeedPage'),
        ...eventLines,
        ...eventStream,
      },
      {
        'Fi-Next': {
          description: "The page's next, with NDJSON and in streams.",
          schema: { type: 'string' },
        },
        'Fi-More': {
          description: 'Whether more is sealed already behind the page, with NDJSON and in streams.',
          schema: { type: 'string', enum: ['true', 'false'] },
        },
      },
    ),
    problems: [],
  },
  'GET /consultations/{id}/events': {
    operationId: 'readConsultation',
    summary: 'Reads the events of a consultation in the order of their positions, page by page.',
    parameters: [
      consultation,
      after,
      pageLimit,
      ofType,
      lastEventId,
      parameter(
        'query',
        'unsealed',
        'Adds what is stored but not yet sealed, by id, behind what is.',
        Type.Boolean({ default: false }),
      ),
    ],
    success: ok(
      `A page. ${streamDescription}`,
      {
        ...json('EventPage'),
        ...eventLines,
        ...eventStream,
      },
      {
        'Fi-Next': {
          description: "The page's next, with NDJSON and in streams; with NDJSON absent after the last page.",
          schema: { type: 'string' },
        },
        'Fi-More': {
          description: 'In streams: whether there is more behind the page.',
          schema: { type: 'string', enum: ['true', 'false'] },
        },
        'Fi-Unreadable': {
          description: 'Damaged parts of which the page may lack events, with NDJSON; absent when none.',
          schema: { type: 'string' },
        },
      },
    ),
    problems: [],
  },
  'GET /consultations/{id}/events/{event_id}': {
    operationId: 'readEvent',
    summary: 'Reads one event and its state.',
    parameters: [
      consultation,
      parameter('path', 'event_id', 'A UUID, in either case.', Type.String({ pattern: uuidPattern })),
      parameter(
        'query',
        'stored',
        'Gives the event as it is stored and hashed: an encrypted payload as its ciphertext, with the user id in it.',
        Type.Boolean({ default: false }),
      ),
    ],
    success: ok('The event.', json('StoredEvent')),
    problems: [404, 410],
  },
  'GET /quarantine': {
    operationId: 'listQuarantine',
    summary: 'Lists what could not be stored, with its reasons.',
    parameters: [
      parameter('query', 'reason', 'Only letters with this reason.', filterMembers.reason),
      parameter('query', 'consultation', 'Only letters of this consultation.', filterMembers.consultation),
      parameter('query', 'event_id', 'Only letters of this event.', filterMembers.event_id),
      parameter('query', 'older_than', 'In quarantine for longer than that.', filterMembers.older_than),
      parameter('query', 'newer_than', 'In quarantine for less than that.', filterMembers.newer_than),
      parameter('query', 'limit', 'Most letters of the page.', filterMembers.limit),
      parameter('query', 'after', "A former page's next.", filterMembers.after),
      parameter('query', 'state', 'Open letters, those that were dealt with, or all.', stateSchema),
    ],
    success: ok('A page, in the order of letter ids, which is none of time.', json('LetterPage')),
    problems: [],
  },
  'GET /quarantine/{letter_id}': {
    operationId: 'showLetter',
    summary: 'One letter, with the record that could not be stored.',
    parameters: [parameter('path', 'letter_id', 'As listed.', Type.String({ pattern: letterIdPattern }))],
    success: ok('The letter.', json('LetterWithRecord')),
    problems: [404],
  },
  'POST /quarantine/retry': {
    operationId: 'retryLetters',
    summary: 'Sends letters to the queue again; what is stored already is not stored twice.',
    parameters: [],
    requestBody: { required: true, content: json('RetryRequest') },
    success: ok('What came of each letter.', json('LetterOutcomes')),
    problems: [413, 415],
  },
  'POST /quarantine/discard': {
    operationId: 'discardLetters',
    summary: 'Gives letters up, for a reason that is kept.',
    parameters: [],
    requestBody: { required: true, content: json('DiscardRequest') },
    success: ok('What came of each letter.', json('LetterOutcomes')),
    problems: [413, 415],
  },
  'GET /consultations/{id}/events/{event_id}/proof': {
    operationId: 'proveEvent',
    summary: 'Proves that an event is in the signed log, to anybody who has the verifier key of the log.',
    parameters: [
      consultation,
      parameter('path', 'event_id', 'A UUID, in either case.', Type.String({ pattern: uuidPattern })),
    ],
    success: ok('A tlog-proof of C2SP: index, hashes and a signed checkpoint.', {
      'text/plain': { schema: { type: 'string' } },
    }),
    problems: [404, 409],
  },
  'GET /health/live': {
    operationId: 'live',
    summary: 'Whether the process answers.',
    parameters: [],
    success: ok('It does.', json('Live')),
    problems: [],
  },
  'GET /health/ready': {
    operationId: 'ready',
    summary: 'Whether the queue can be reached and the store be written.',
    parameters: [],
    success: ok('Both.', json('Ready')),
    problems: [],
  },
  'GET /metrics': {
    operationId: 'metrics',
    summary: "Metrics in Prometheus' text format.",
    parameters: [],
    success: ok('The metrics.', { 'text/plain': { schema: { type: 'string' } } }),
    problems: [],
  },
  'GET /openapi.json': {
    operationId: 'openapi',
    summary: 'This document.',
    parameters: [],
    success: ok('An OpenAPI 3.1 document.', { 'application/json': { schema: { type: 'object' } } }),
    problems: [],
  },
};
