import type { Noise } from '../measure/noise.ts';
import type { RunOrigin } from '../run/origin.ts';
import type { FunctionTime } from './functions.ts';
import type { StageTimes } from './share-out.ts';

/** One process under one load, profiled once. */
export interface ProfileRepeat {
  /** From 1. */
  readonly repeat: number;
  readonly startedAt: string;
  readonly noise: Noise;
  readonly events: number;
  /** Processor time of an event by stage, in microseconds. */
  readonly stages: StageTimes;
  /** The functions that took most, `us` for an event. */
  readonly hottest: readonly FunctionTime[];
}

/** A process and what it was given to do. */
export interface Subject {
  readonly name: string;
  readonly what: string;
}

export interface SubjectResult extends Subject {
  readonly repeats: readonly ProfileRepeat[];
}

/** How much is profiled. */
export interface ProfileScale {
  /** Of each load. */
  readonly loadMs: number;
  readonly warmUpMs: number;
  /** Single events a second. */
  readonly singleRate: number;
  /** Batches of 100 a second. */
  readonly batchRate: number;
  readonly persistEvents: number;
  /** Events of the store that is sealed, merged, read and verified. */
  readonly storeEvents: number;
  readonly pages: number;
}

/** Everything that a run of `npm run bench:profile` saw. */
export interface ProfileResult extends RunOrigin {
  readonly format: 'fi-events profile';
  readonly formatVersion: 1;
  readonly scaleName: 'full' | 'quick';
  readonly scale: ProfileScale;
  readonly subjects: readonly SubjectResult[];
}
