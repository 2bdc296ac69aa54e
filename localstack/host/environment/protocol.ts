import type { MetricSnapshot } from '../metrics-snapshot.ts';

/** What a function in an execution environment fails with, as far as it survives the way between threads. */
export interface FailureDescription {
  readonly name: string;
  readonly message: string;
}

/** From the process to an environment. */
export type EnvironmentRequest =
  | { readonly kind: 'invoke'; readonly id: number; readonly event: unknown }
  | { readonly kind: 'metrics'; readonly id: number };

/** From an environment to its process. */
export type EnvironmentReply =
  | { readonly kind: 'result'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly failure: FailureDescription }
  | { readonly kind: 'metrics'; readonly id: number; readonly metrics: MetricSnapshot };

/** What an environment's thread is started with. */
export interface EnvironmentSettings {
  /** URL of a module that exports `handler(event, context)`, as Lambda loads it. */
  readonly moduleUrl: string;
  readonly functionName: string;
}

export const isEnvironmentSettings = (value: unknown): value is EnvironmentSettings =>
  typeof value === 'object' &&
  value !== null &&
  'moduleUrl' in value &&
  typeof value.moduleUrl === 'string' &&
  'functionName' in value &&
  typeof value.functionName === 'string';
