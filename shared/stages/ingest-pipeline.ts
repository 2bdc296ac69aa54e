import { type HttpError, isHttpError } from '../domain/errors.ts';
import type { AcceptedEvent, IngestedEvent } from '../domain/event.ts';
import type { Policy } from '../domain/policy.ts';
import type { FindErased } from '../encryption/erasure-check.ts';
import { ingestLatency } from '../telemetry/metrics.ts';
import type { Enqueue } from './enqueue.ts';
import type { HashEvent } from './hash.ts';
import type { Ingest, IngestOutcome, IngestRequest } from './ingest.ts';
import { startPace } from './pace.ts';
import { segmentEvent } from './segment.ts';

/** Bound once: looking labels up costs more than observing. */
const ingestTime = ingestLatency.labels('INGEST');
const segmentTime = ingestLatency.labels('SEGMENT');
const hashTime = ingestLatency.labels('HASH');
const enqueueTime = ingestLatency.labels('ENQUEUE');

export interface PipelineDependencies {
  readonly ingest: Ingest;
  /** The policy in force now. */
  readonly policy: () => Policy;
  readonly hash: HashEvent;
  readonly enqueue: Enqueue;
  readonly monotonicMs: () => number;
  /** Finds erased consultations, whose events are refused; absent where events are stored in clear. */
  readonly findErased?: FindErased | undefined;
}

/** What became of one event of a batch: its id and its message, or why it was refused. */
export type PipelineOutcome = { readonly eventId: string; readonly messageId: string } | HttpError;

/** Refuses an event between INGEST and SEGMENT, e.g. for want of a permission. */
export type EventCheck = (event: IngestedEvent) => HttpError | undefined;

export interface Pipeline {
  /** Takes one event all the way. @throws HttpError */
  readonly one: (
    request: IngestRequest,
    check: EventCheck,
  ) => Promise<{ readonly eventId: string; readonly messageId: string }>;
  /**
   * Takes a batch all the way; outcomes are in the request's order.
   * @throws HttpError when the body as a whole is wrong.
   */
  readonly many: (request: IngestRequest, check: EventCheck) => Promise<readonly PipelineOutcome[]>;
}

type Outcome<Event> = Event | HttpError;

const isError = <Event>(outcome: Outcome<Event>): outcome is HttpError => outcome instanceof Error;
const isGood = <Event>(outcome: Outcome<Event>): outcome is Event => !isError(outcome);

/** Runs a stage over what is still good, resting as needed; resolves to the outcomes and the time worked. */
const stage = async <From extends object, To>(
  outcomes: readonly Outcome<From>[],
  step: (event: From) => Outcome<To>,
): Promise<{ readonly outcomes: readonly Outcome<To>[]; readonly workedMs: number }> => {
  const pace = startPace();
  const results: Outcome<To>[] = [];
  for (const outcome of outcomes) {
    results.push(isError(outcome) ? outcome : step(outcome));
    if (pace.due()) await pace.rest();
  }
  return { outcomes: results, workedMs: pace.workedMs() };
};

/** Gives a refusal back instead of throwing it: it concerns one event of many. */
const refusable =
  <From, To>(step: (event: From) => To) =>
  (event: From): Outcome<To> => {
    try {
      return step(event);
    } catch (error) {
      if (isHttpError(error)) return error;
      throw error;
    }
  };

/** Refuses the events of consultations that were erased. */
const refuseErased = async (
  outcomes: readonly IngestOutcome[],
  findErased: FindErased,
): Promise<readonly IngestOutcome[]> => {
  const erased = await findErased(new Set(outcomes.filter(isGood).map(({ consultationId }) => consultationId)));
  if (erased.size === 0) return outcomes;
  return outcomes.map((outcome) => (isError(outcome) ? outcome : (erased.get(outcome.consultationId) ?? outcome)));
};

/** INGEST, SEGMENT, HASH and ENQUEUE, one after the other, each timed once a request. */
export const createPipeline = (dependencies: PipelineDependencies): Pipeline => {
  const { ingest, policy, hash, enqueue, monotonicMs, findErased } = dependencies;

  const enqueueBatch = async (hashed: readonly Outcome<AcceptedEvent>[]): Promise<readonly PipelineOutcome[]> => {
    const events = hashed.filter(isGood);
    const sent = await enqueue.many(events);
    let next = 0;
    return hashed.map((outcome): PipelineOutcome => {
      if (isError(outcome)) return outcome;
      const result = sent[next++];
      if (result === undefined) throw new Error('ENQUEUE forgot an event');
      return typeof result === 'string' ? { eventId: outcome.eventId, messageId: result } : result;
    });
  };

  return {
    one: async (request, check) => {
      const start = monotonicMs();
      const ingested = ingest.one(request);
      const refusal = check(ingested);
      if (refusal !== undefined) throw refusal;
      if (findErased !== undefined) {
        const { consultationId } = ingested;
        const erased = (await findErased(new Set([consultationId]))).get(consultationId);
        if (erased !== undefined) throw erased;
      }
      const ingestEnd = monotonicMs();
      const segmented = segmentEvent(ingested, policy());
      const segmentEnd = monotonicMs();
      const accepted = hash(segmented);
      const hashEnd = monotonicMs();
      ingestTime.observe(ingestEnd - start);
      segmentTime.observe(segmentEnd - ingestEnd);
      hashTime.observe(hashEnd - segmentEnd);
      const messageId = await enqueue.one(accepted);
      enqueueTime.observe(monotonicMs() - hashEnd);
      return { eventId: accepted.eventId, messageId };
    },
    many: async (request, check) => {
      const ingested = await ingest.many(request);
      ingestTime.observe(ingested.workedMs);
      const allowed = ingested.outcomes.map(
        (outcome): IngestOutcome => (isError(outcome) ? outcome : (check(outcome) ?? outcome)),
      );
      const wanted = findErased === undefined ? allowed : await refuseErased(allowed, findErased);
      const inForce = policy();
      const segmented = await stage(
        wanted,
        refusable((event: IngestedEvent) => segmentEvent(event, inForce)),
      );
      segmentTime.observe(segmented.workedMs);
      const hashed = await stage(segmented.outcomes, hash);
      hashTime.observe(hashed.workedMs);
      const start = monotonicMs();
      const outcomes = await enqueueBatch(hashed.outcomes);
      enqueueTime.observe(monotonicMs() - start);
      return outcomes;
    },
  };
};
