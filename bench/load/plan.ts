import type { ProtocolName } from './protocols/by-name.ts';
import type { Target } from './protocols/protocol.ts';
import type { EventSizes } from './sized-events.ts';

/** How requests arrive. */
export type Arrival =
  /** Each connection sends its next request as soon as it has its answer: the most that the target takes. */
  | { readonly kind: 'closed' }
  /**
   * Requests fall due at a constant rate whether or not the target keeps up, and latency counts from when a request was
   * due: a stall shows in every request that it delayed, not only in those that were on the wire (no coordinated omission).
   */
  | { readonly kind: 'constant'; readonly requestsPerSecond: number }
  /** As at a constant rate, but the rate goes through steps over and over: bursts, or what was recorded. */
  | {
      readonly kind: 'varying';
      readonly steps: readonly RateStep[];
      /** `random`: independent of each other, as the requests of many clients are (Poisson). */
      readonly spacing: 'even' | 'random';
      readonly seed: number;
    };

/** A rate for a while. */
export interface RateStep {
  readonly forMs: number;
  readonly requestsPerSecond: number;
}

/** What one run of the load generator does. */
export interface LoadPlan extends Target {
  /** How the target takes events. Default: `http`, the product's API. */
  readonly protocol?: ProtocolName;
  readonly connections: number;
  /** 1: single events to `POST /consultations/{id}/events`. More: NDJSON of that many to `POST /events`. */
  readonly eventsPerRequest: number;
  readonly arrival: Arrival;
  /** Length of what counts, after the warm-up. */
  readonly durationMs: number;
  /** Goes before it: requests like all others, whose latencies do not count. Default: 0. */
  readonly warmUpMs?: number;
  /**
   * At a constant rate: a target that is so far behind will not catch up, and the run ends. What was due by then and not sent yet counts
   * with the latency that it had so far. Default: the run ends when everything was sent.
   */
  readonly mostBehindMs?: number;
  /**
   * A target that answers nothing for so long while requests wait for it holds them back, and the run ends. Default: it waits for ever.
   */
  readonly mostSilentMs?: number;
  /** So many requests accepted, the run is under way, and whoever started it is told. Default: nobody is told. */
  readonly underWayRequests?: number;
  /** Ends the run earlier, after that many requests. */
  readonly requests?: number;
  /**
   * The first 24 characters of every event's id (`xxxxxxxx-xxxx-4xxx-8xxx-`); the event's number follows as 12 hex digits,
   * so a run's events are known by their numbers. Without it events keep the ids of the data set.
   */
  readonly idPrefix?: string;
  /** Whether a request that got no 202 is sent again, same id and same bytes, until it has one. */
  readonly retry: boolean;
  /** Other sizes than the data set's own events have. */
  readonly eventSizes?: EventSizes;
}

/** What one run saw. */
export interface LoadResult {
  /** After the warm-up, until the last answer. */
  readonly elapsedMs: number;
  /** Requests that were answered, by status. */
  readonly statuses: Readonly<Record<number, number>>;
  /** Requests whose connection broke before the answer. */
  readonly lost: number;
  /** Answers 202 that rejected some of their events. */
  readonly partial: number;
  /** Requests that were due after the warm-up and never sent, since the target was too far behind. */
  readonly givenUp: number;
  /** Requests that had no answer when the run ended, since the target was silent for too long. */
  readonly unanswered: number;
  /** Events that went out at least once: numbers 0 to `sentEvents - 1`. */
  readonly sentEvents: number;
  /** One byte for each sent event: 1 when a 202 covered it. */
  readonly accepted: Uint8Array;
  readonly acceptedEvents: number;
  /** Of the requests with a 202 (and those given up) that fell due after the warm-up, ascending; from the due time at a constant rate, from the send otherwise. */
  readonly latenciesMs: Float64Array;
  /** At a constant rate: how late the generator itself was, ascending. Figures are only as good as this is small. */
  readonly latenessMs: Float64Array;
  /** Processor time of the generator's process, from its start; undefined where it had no process of its own. */
  readonly processorMs?: number;
}

/** What the generator's process tells the one that started it. */
export type GeneratorMessage = { readonly kind: 'under-way' } | { readonly kind: 'ended'; readonly result: LoadResult };

/** Answers 202 a second, after the warm-up. */
export const requestsPerSecond = ({
  latenciesMs,
  givenUp,
  elapsedMs,
}: Pick<LoadResult, 'latenciesMs' | 'givenUp' | 'elapsedMs'>): number =>
  ((latenciesMs.length - givenUp) * 1_000) / elapsedMs;

/** The value below which `share` (0 to 1) of the ascending `sorted` lies; exact, no buckets. */
export const percentile = (sorted: Float64Array, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

/** The number of an event within its run, from its id; undefined when the id is not of that run. */
export const eventNumber = (idPrefix: string, eventId: string): number | undefined =>
  eventId.startsWith(idPrefix) ? Number.parseInt(eventId.slice(idPrefix.length), 16) : undefined;

/** The id of an event by its number: the inverse of {@link eventNumber}. */
export const eventIdOf = (idPrefix: string, number: number): string =>
  `${idPrefix}${number.toString(16).padStart(12, '0')}`;

/** A prefix that no other run has. */
export const newIdPrefix = (): string => crypto.randomUUID().slice(0, 24);
