import type { HttpError } from '../domain/errors.ts';
import type { PipelineOutcome } from '../stages/ingest-pipeline.ts';
import { headersOfError, type Problem, problemOf, problemOfError } from './problem.ts';
import { type HttpAnswer, jsonTextAnswer } from './request.ts';

/** An event of a batch that was not accepted. */
export interface RejectedEvent {
  /** Its place among the events of the request, from 0; blank lines don't count. */
  readonly index: number;
  readonly problem: Problem;
}

const isError = (outcome: PipelineOutcome): outcome is HttpError => outcome instanceof Error;

/** Rendering a problem costs more than an event does, and a batch mostly has the same few over and over. */
const rejectedText = (outcomes: readonly PipelineOutcome[]): string => {
  const rendered = new Map<HttpError, string>();
  const texts: string[] = [];
  outcomes.forEach((outcome, index) => {
    if (!isError(outcome)) return;
    const problem = rendered.get(outcome) ?? JSON.stringify(problemOfError(outcome));
    rendered.set(outcome, problem);
    texts.push(`{"index":${index},"problem":${problem}}`);
  });
  return `[${texts.join(',')}]`;
};

/** Accepted when any event was; ids are UUIDs and need no escapes. */
const acceptedAnswer = (outcomes: readonly PipelineOutcome[], accepted: number): HttpAnswer => {
  const messageIds = new Set<string>();
  const eventIds: string[] = [];
  for (const outcome of outcomes) {
    if (isError(outcome)) {
      eventIds.push('null');
      continue;
    }
    messageIds.add(outcome.messageId);
    eventIds.push(`"${outcome.eventId}"`);
  }
  return jsonTextAnswer(
    202,
    `{"status":"accepted","accepted":${accepted},"message_ids":${JSON.stringify([...messageIds])}` +
      `,"event_ids":[${eventIds.join(',')}],"rejected":${rejectedText(outcomes)}}`,
  );
};

/** The status that all refusals share, else 400: a client that may succeed later must learn so from the status. */
const refusedAnswer = (outcomes: readonly PipelineOutcome[], requestId: string): HttpAnswer => {
  const errors = outcomes.filter(isError);
  const first = errors[0];
  const shared = first !== undefined && errors.every(({ status }) => status === first.status) ? first : undefined;
  const status = shared?.status ?? 400;
  const problem = problemOf(
    'BatchRefused',
    status,
    `None of the ${errors.length} events was accepted; rejected says why.`,
  );
  const members = JSON.stringify({ ...problem, instance: `urn:fi-events:request:${encodeURIComponent(requestId)}` });
  return {
    statusCode: status,
    headers: headersOfError(shared),
    body: `${members.slice(0, -1)},"rejected":${rejectedText(outcomes)}}`,
    isBase64Encoded: false,
  };
};

/** The answer to a batch. */
export const batchAnswer = (outcomes: readonly PipelineOutcome[], requestId: string): HttpAnswer => {
  const accepted = outcomes.reduce((count, outcome) => count + (isError(outcome) ? 0 : 1), 0);
  return accepted > 0 ? acceptedAnswer(outcomes, accepted) : refusedAnswer(outcomes, requestId);
};
