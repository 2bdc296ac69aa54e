import type { AwsBehaviour } from './behaviour.ts';

/** How an SQS trigger of Lambda is set up. */
export type TriggerMode =
  /** AWS adds and removes pollers by itself; `maximumConcurrency` bounds them, as `persistConcurrency` of serverless.yml does. */
  | { readonly kind: 'on-demand'; readonly maximumConcurrency: number }
  /** Pollers that are paid for, so many at least. */
  | { readonly kind: 'provisioned'; readonly minimumPollers: number; readonly maximumPollers: number };

/** What a mode allows at a time. */
export interface TriggerLimits {
  readonly firstConcurrency: number;
  readonly mostConcurrency: number;
  readonly moreConcurrencyPerMinute: number;
  /** Bytes a second that the pollers of so much concurrency take from the queue. */
  bytesPerSecond(concurrency: number): number;
}

/** The published rules of a mode, in numbers. */
export const limitsOf = (mode: TriggerMode, { scaling, provisioned }: AwsBehaviour): TriggerLimits => {
  if (mode.kind === 'on-demand') {
    const mostConcurrency = Math.min(scaling.mostConcurrency, mode.maximumConcurrency);
    return {
      firstConcurrency: Math.min(scaling.firstConcurrency, mostConcurrency),
      mostConcurrency,
      moreConcurrencyPerMinute: scaling.moreConcurrencyPerMinute,
      bytesPerSecond: () => Number.POSITIVE_INFINITY,
    };
  }
  const { invocationsPerPoller, bytesPerSecondPerPoller } = provisioned;
  const pollers = (wanted: number): number =>
    Math.min(Math.max(wanted, provisioned.fewestPollers), provisioned.mostPollers);
  return {
    firstConcurrency: pollers(mode.minimumPollers) * invocationsPerPoller,
    mostConcurrency: pollers(mode.maximumPollers) * invocationsPerPoller,
    moreConcurrencyPerMinute: provisioned.moreConcurrencyPerMinute,
    bytesPerSecond: (concurrency) => Math.ceil(concurrency / invocationsPerPoller) * bytesPerSecondPerPoller,
  };
};
