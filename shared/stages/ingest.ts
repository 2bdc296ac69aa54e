import { type HttpError, InvalidField, isHttpError, MalformedBody } from '../domain/errors.ts';
import type { IngestedEvent } from '../domain/event.ts';
import type { ConsultationId, EventId } from '../domain/ids.ts';
import { limits } from '../domain/limits.ts';
import { isCalendarDay } from './ingest/calendar.ts';
import { assertSentEvent } from './ingest/explain.ts';
import { idempotentEventId } from './ingest/idempotency.ts';
import { findPayload, skipSpace } from './ingest/scan.ts';
import { type EventText, splitArray, splitLines } from './ingest/split.ts';
import { describeSyntaxProblem, findSyntaxProblem } from './ingest/syntax.ts';
import { startPace } from './pace.ts';

/** A request's body and what its events take from the request. */
export interface IngestRequest {
  readonly body: string;
  readonly format: 'json' | 'ndjson';
  /** The consultation of the path; undefined where each event names its own. */
  readonly consultationId: ConsultationId | undefined;
  /** RFC 3339 in UTC with three decimals. */
  readonly receivedAt: string;
  /** Checked by `idempotencyKey`. */
  readonly idempotencyKey: string | undefined;
  /** Who sends: part of the ids that an `Idempotency-Key` gives. */
  readonly principal: string;
}

/** What INGEST made of each event of a batch, in the order of the request. */
export type IngestOutcome = IngestedEvent | HttpError;

export interface IngestedBatch {
  readonly outcomes: readonly IngestOutcome[];
  /** Milliseconds of processor time, what other requests got in between left out. */
  readonly workedMs: number;
}

export interface Ingest {
  /** True when the body is one event: its answer has another form than a batch's. */
  readonly isSingle: (request: IngestRequest) => boolean;
  /** Reads a body that is one event. @throws InvalidField | MalformedBody */
  readonly one: (request: IngestRequest) => IngestedEvent;
  /** Reads a body of many events, giving the event loop away every few milliseconds. @throws InvalidField | MalformedBody when the body as a whole is wrong. */
  readonly many: (request: IngestRequest) => Promise<IngestedBatch>;
}

const parseEvent = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    const problem = findSyntaxProblem(text);
    if (problem === undefined) throw error;
    // The cause is left out on purpose: the engine's message quotes the client's text.
    throw new MalformedBody(`body: ${describeSyntaxProblem(text, problem)}.`);
  }
};

/**
 * INGEST: parses and validates, and cuts each payload's text out of the body exactly as sent.
 * @param newEventId gives the id of an event that names none; lower case.
 */
export const createIngest = (newEventId: () => string): Ingest => {
  const idOf = (given: string | undefined, consultationId: string, request: IngestRequest, index: number): string => {
    if (given !== undefined) return given.toLowerCase();
    return request.idempotencyKey === undefined
      ? newEventId()
      : idempotentEventId(request.principal, consultationId, request.idempotencyKey, index);
  };

  const ingestEvent = (text: string, request: IngestRequest, index: number): IngestedEvent => {
    // Before JSON.parse, so that hostile nesting is refused by a loop and not by the parser's memory.
    const payload = findPayload(text);
    const sent = parseEvent(text);
    assertSentEvent(sent, request.consultationId !== undefined);
    if (payload === undefined) throw new InvalidField('payload', 'is missing');
    if (sent.occurred_at !== undefined && !isCalendarDay(sent.occurred_at)) {
      throw new InvalidField('occurred_at', 'names a day that its month does not have');
    }
    const consultationId = request.consultationId ?? sent.consultation_id;
    if (consultationId === undefined) throw new InvalidField('consultation_id', 'is missing');
    if (sent.consultation_id !== undefined && sent.consultation_id !== consultationId) {
      throw new InvalidField('consultation_id', 'differs from the consultation in the path');
    }
    return {
      // Both ids passed the patterns that their brands stand for.
      consultationId: consultationId as ConsultationId,
      eventId: idOf(sent.event_id, consultationId, request, index) as EventId,
      eventType: sent.event_type,
      userId: sent.user_id,
      occurredAt: sent.occurred_at,
      receivedAt: request.receivedAt,
      requestIndex: index,
      payload: text.slice(payload.from, payload.to),
    };
  };

  /** In an array a syntax error makes the whole body wrong; in NDJSON each line stands for itself. */
  const ingestElement = (element: EventText, request: IngestRequest, index: number): IngestOutcome => {
    try {
      return ingestEvent(element.text, request, index);
    } catch (error) {
      if (error instanceof MalformedBody && request.format === 'json') throw placedInBody(error, element, request.body);
      if (isHttpError(error)) return error;
      throw error;
    }
  };

  return {
    isSingle: ({ body, format }) => format === 'json' && body[skipSpace(body, 0)] !== '[',
    one: (request) => {
      if (skipSpace(request.body, 0) === request.body.length) throw new MalformedBody('body: is empty; send an event.');
      return ingestEvent(request.body, request, 0);
    },
    many: async (request) => {
      const pace = startPace();
      const outcomes: IngestOutcome[] = [];
      for (const element of request.format === 'ndjson' ? splitLines(request.body) : splitArray(request.body)) {
        if (outcomes.length === limits.eventsPerRequest) {
          throw new InvalidField('body', `has more than ${limits.eventsPerRequest} events: send several requests`);
        }
        outcomes.push(ingestElement(element, request, outcomes.length));
        if (pace.due()) await pace.rest();
      }
      if (outcomes.length === 0) throw new MalformedBody('body: has no events.');
      return { outcomes, workedMs: pace.workedMs() };
    },
  };
};

/** The error of one element, with its place counted from the start of the body. */
const placedInBody = (error: MalformedBody, element: EventText, body: string): MalformedBody => {
  const problem = findSyntaxProblem(element.text);
  if (problem === undefined) return error;
  return new MalformedBody(`body: ${describeSyntaxProblem(body, { ...problem, at: element.at + problem.at })}.`);
};
