import type { Configuration, Space } from '../configuration.ts';

/** A target under measurement. */
export interface RunningTarget {
  /** Of the API, without a slash at its end. */
  readonly baseUrl: string;
  /** Sent with every request. */
  readonly headers: Readonly<Record<string, string>>;
  /** Where its store is on this machine; undefined where it cannot be looked into. */
  readonly storeDir: string | undefined;
  /** Whether `GET /metrics` counts what every function did. */
  readonly countsTogether: boolean;
  /** Processor time so far, of all its processes and of its consumer alone, in milliseconds; undefined where it cannot be told. */
  processorMs(): number | undefined;
  consumerProcessorMs(): number | undefined;
  stop(): Promise<void>;
}

/** Something that takes events and can be tuned. */
export interface Target {
  readonly name: string;
  /** What may be varied here. */
  readonly space: Space;
  /** What it does where nobody set anything. */
  readonly defaults: Configuration;
  /** Whether Lambda's rules hold, and serverless.yml's parameters. */
  readonly isOnLambda: boolean;
  /** @param folder an empty one, removed afterwards */
  start(configuration: Configuration, folder: string): Promise<RunningTarget>;
}
