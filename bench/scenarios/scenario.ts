import type { Better } from '../measure/compare.ts';
import type { Spectrum } from '../measure/spectrum.ts';

/** Something that a scenario measures once in each repeat. */
export interface Metric {
  readonly what: string;
  /** As it is printed behind the value. */
  readonly unit: string;
  /** Metrics that are neither only describe. */
  readonly better: Better | 'neither';
  /** Whether a busy machine leaves it as it is: bytes, counts. Default: false. */
  readonly exact?: boolean;
}

/** Values over time: seconds since the start, and the value then. */
export type Series = readonly (readonly [seconds: number, value: number])[];

/** What one repeat of a scenario saw. */
export interface Observation {
  /** By the names of the scenario's metrics; one that this machine cannot tell is left out. */
  readonly values: Readonly<Record<string, number>>;
  /** Whole distributions, by what they are of; in milliseconds. */
  readonly spectra?: Readonly<Record<string, Spectrum>>;
  /** By what they show, with its unit; drawn into one plot. */
  readonly series?: Readonly<Record<string, Series>>;
  /** Events that got a 202 and are in no part. */
  readonly lost: number;
  /** Why the values may say something else than they seem to, e.g. that the generator was late. Such a repeat counts as noisy. */
  readonly doubts?: readonly string[];
}

/** How much is measured. */
export interface Scale {
  readonly warmUpMs: number;
  /** Of each measurement under load. */
  readonly measureMs: number;
  readonly sustainedMs: number;
  /** Single events a second: half of what the budget asks for, and all of it. */
  readonly halfRate: number;
  readonly fullRate: number;
  /** Single events a second while the time to readable is measured. */
  readonly readableRate: number;
  readonly persistBatches: number;
  /** Events of the small and of the large store that are compared. */
  readonly smallStoreEvents: number;
  readonly largeStoreEvents: number;
  /** Batches persisted and consultations read in each of both. */
  readonly storeTimes: number;
  /** Events of the parts that are merged and scanned. */
  readonly partsEvents: number;
  /** Events of one part of the report's storage script. */
  readonly reportStorageEvents: number;
  /** Processes that generate load. */
  readonly generators: number;
}

export interface ScenarioContext {
  readonly scale: Scale;
  /** An empty folder, removed afterwards. */
  readonly folder: string;
}

/** One thing to measure, each time from its beginning: repeats share nothing. */
export interface Scenario {
  readonly name: string;
  readonly what: string;
  readonly metrics: Readonly<Record<string, Metric>>;
  /** Fewer repeats than the others, where one takes minutes. */
  readonly mostRepeats?: number;
  /** @throws Skipped where this machine lacks what it needs */
  run(context: ScenarioContext): Promise<Observation>;
}

/** A scenario cannot run here; the message says why. */
export class Skipped extends Error {
  override readonly name = 'Skipped';
}
