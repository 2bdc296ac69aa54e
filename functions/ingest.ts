import { Forbidden, type HttpError } from '../shared/domain/errors.ts';
import type { Principal } from '../shared/http/auth/principal.ts';
import type { Backpressure } from '../shared/http/backpressure.ts';
import { batchAnswer } from '../shared/http/batch-answer.ts';
import { bodyText, requestFormat } from '../shared/http/body.ts';
import { type ChainDependencies, chain, type HttpHandler } from '../shared/http/chain.ts';
import { type GatewayHandler, lazyHandler } from '../shared/http/lazy-handler.ts';
import { errorType } from '../shared/http/problem.ts';
import { type AuthorisedRequest, type HttpAnswer, headerOf, jsonTextAnswer } from '../shared/http/request.ts';
import { idempotencyKey } from '../shared/stages/ingest/idempotency.ts';
import type { Ingest, IngestRequest } from '../shared/stages/ingest.ts';
import type { EventCheck, Pipeline, PipelineOutcome } from '../shared/stages/ingest-pipeline.ts';
import { eventsAccepted, eventsFailed } from '../shared/telemetry/metrics.ts';
import { ingestDependencies } from '../shared/wiring.ts';

export interface IngestDependencies extends ChainDependencies {
  readonly ingest: Ingest;
  readonly pipeline: Pipeline;
  readonly backpressure: Backpressure;
  readonly nowMs: () => number;
  /** Largest body (`FI_MAX_BODY_BYTES`). */
  readonly maxBodyBytes: number;
}

/** The chain has authorised the consultation of the path, which is every event's. */
const authorised: EventCheck = () => undefined;

/** Refuses each event of `POST /events` whose consultation the key does not allow; one decision a consultation. */
const authoriseEach = (principal: Principal): EventCheck => {
  const decided = new Map<string, HttpError | undefined>();
  return ({ consultationId }) => {
    if (!decided.has(consultationId)) {
      decided.set(
        consultationId,
        principal.may('append', consultationId)
          ? undefined
          : new Forbidden(`The API key ${principal.id} may not append events of the consultation ${consultationId}.`),
      );
    }
    return decided.get(consultationId);
  };
};

const count = (outcomes: readonly PipelineOutcome[]): void => {
  let accepted = 0;
  for (const outcome of outcomes) {
    if (outcome instanceof Error) eventsFailed.inc({ error_type: errorType(outcome) });
    else accepted++;
  }
  eventsAccepted.inc(accepted);
};

/** `POST /consultations/{id}/events` and `POST /events`. */
export const createHandler = (dependencies: IngestDependencies): HttpHandler => {
  const { ingest, pipeline, backpressure, nowMs, maxBodyBytes } = dependencies;

  const readRequest = (request: AuthorisedRequest): IngestRequest => ({
    format: requestFormat(request),
    body: bodyText(request, maxBodyBytes),
    consultationId: request.consultationId,
    receivedAt: new Date(nowMs()).toISOString(),
    idempotencyKey: idempotencyKey(headerOf(request, 'idempotency-key')),
    principal: request.principal.id,
  });

  const answerOne = async (request: IngestRequest, check: EventCheck): Promise<HttpAnswer> => {
    const { eventId, messageId } = await pipeline.one(request, check);
    eventsAccepted.inc();
    return jsonTextAnswer(
      202,
      `{"status":"accepted","message_id":${JSON.stringify(messageId)},"event_id":"${eventId}"}`,
    );
  };

  return chain(async (request) => {
    const held = backpressure.admit();
    if (held !== undefined) await held;
    const sent = readRequest(request);
    const check = request.consultationId === undefined ? authoriseEach(request.principal) : authorised;
    if (ingest.isSingle(sent)) return answerOne(sent, check);
    const outcomes = await pipeline.many(sent, check);
    count(outcomes);
    return batchAnswer(outcomes, request.requestContext.requestId);
  }, dependencies);
};

/** What Lambda and serverless-offline run. */
export const handler: GatewayHandler = lazyHandler(async () => createHandler(await ingestDependencies()));
