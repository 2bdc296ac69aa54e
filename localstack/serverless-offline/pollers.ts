import type { Clock } from '../../shared/ports/clock.ts';
import { type Poller, startPoller } from '../../shared/queue/poller/poller.ts';
import type { QueueReceiver } from '../../shared/queue/port.ts';
import type { Logger } from '../../shared/telemetry/log.ts';
import type { SqsTrigger } from './sqs-triggers.ts';

/** A queue that a trigger can poll. */
export interface PolledQueue {
  readonly queue: QueueReceiver;
  readonly arn: string;
  readonly visibilityTimeoutSeconds: number;
}

export interface PollerDependencies {
  /** By logical id. */
  readonly queueOf: (logicalId: string) => PolledQueue;
  /** Runs a function of the service on an event. */
  readonly invoke: (functionKey: string, event: unknown) => Promise<unknown>;
  readonly region: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Starts the event source poller of each trigger, as Lambda would. */
export const startPollers = (triggers: readonly SqsTrigger[], dependencies: PollerDependencies): readonly Poller[] => {
  const { queueOf, invoke, region, clock, logger } = dependencies;
  return triggers.map((trigger) => {
    const { queue, arn, visibilityTimeoutSeconds } = queueOf(trigger.logicalId);
    return startPoller({
      ...trigger,
      queue,
      visibilityTimeoutSeconds,
      invoke: (event) => invoke(trigger.functionKey, event),
      source: { arn, region },
      clock,
      logger,
    });
  });
};
