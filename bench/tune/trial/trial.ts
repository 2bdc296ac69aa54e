import { type Configuration, keyOf } from '../configuration.ts';
import type { Values } from '../metrics.ts';

/** One measurement that a search asks for. */
export interface TrialRequest {
  /** From 0: each rung has fewer configurations and longer trials. */
  readonly rung: number;
  readonly configuration: Configuration;
  /** From 1. */
  readonly repeat: number;
  /** From 1: a trial in a noisy window, or one that failed, is tried again. */
  readonly attempt: number;
  /** Of what counts. */
  readonly durationMs: number;
}

/** What was seen beside the metrics, from which the limit that binds is told. */
export interface Facts {
  /** Parts that were written, one a batch. */
  readonly batches?: number;
  readonly eventsPerBatch?: number;
  /** From a batch's begin to its published part, on average; undefined where the target does not tell. */
  readonly persistMs?: number;
  /** Share (0 to 1) of a processor that each of the consumer's threads had. */
  readonly consumerShare?: number;
  /** Share of all processors that host and generator had. */
  readonly machineShare?: number;
  /** From the last request until the queue was empty. */
  readonly drainMs: number;
}

export type Outcome =
  | {
      readonly kind: 'measured';
      readonly values: Values;
      readonly facts: Facts;
      readonly accepted: number;
      /** Events with a 202 that cannot be read. */
      readonly lost: number;
      /** Events that can be read more than once. */
      readonly repeated: number;
    }
  /** It could not be measured, e.g. since the target refused events. */
  | { readonly kind: 'failed'; readonly reason: string };

/** A line of the journal. */
export interface Trial {
  readonly request: TrialRequest;
  readonly startedAt: string;
  /** All that it took. */
  readonly seconds: number;
  /** Why it may say something else than it seems to; empty on a quiet machine. */
  readonly noise: readonly string[];
  /** The quickest calibration, in milliseconds. */
  readonly calibrationMs: number;
  readonly outcome: Outcome;
}

/** What a measurement is a repeat of: attempts share it. */
export const slotOf = ({ rung, configuration, repeat }: Omit<TrialRequest, 'attempt' | 'durationMs'>): string =>
  `${rung}/${repeat}/${keyOf(configuration)}`;

/** Whether every accepted event can be read, once. */
export const isWhole = (outcome: Outcome): boolean =>
  outcome.kind === 'measured' && outcome.lost === 0 && outcome.repeated === 0;
