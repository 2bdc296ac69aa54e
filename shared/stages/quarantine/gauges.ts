import type { Clock } from '../../ports/clock.ts';
import { inTime } from '../../ports/in-time.ts';
import type { QueueGauge } from '../../queue/port.ts';
import type { QuarantineStore } from '../../store/quarantine/port.ts';
import type { Logger } from '../../telemetry/log.ts';
import { lettersOpen, queueLength, queuePending } from '../../telemetry/metrics.ts';

/** Counting lists every letter's name: of 100,000 on a share that is a second's work, which no scrape should ask for each time. */
const countEveryMs = 15_000;

/** Who asks for metrics waits no longer: a network share that hangs is one that is gone. */
const mostMs = 5_000;

export interface QuarantineGaugesOptions {
  readonly deadLetters: QueueGauge & { readonly name: string };
  readonly store: Pick<QuarantineStore, 'countOpen'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface QuarantineGauges {
  /** Sets the gauges of the dead-letter queue and of quarantine. Never throws: what can't be looked at keeps its last figure. */
  sample(): Promise<void>;
}

export const createQuarantineGauges = (options: QuarantineGaugesOptions): QuarantineGauges => {
  const { deadLetters, store, clock, logger } = options;
  let countedAtMs = Number.NEGATIVE_INFINITY;

  const look = async (work: Promise<void>, what: string): Promise<void> => {
    try {
      await inTime(work, what, { clock, timeoutMs: mostMs });
    } catch (error) {
      logger.warn(`${what} could not be looked at`, { queue: deadLetters.name, error });
    }
  };

  const lookAtQueue = async (): Promise<void> => {
    const { visible, delayed, inFlight } = await deadLetters.depth();
    queueLength.set({ stream: deadLetters.name }, visible + delayed);
    queuePending.set({ stream: deadLetters.name }, inFlight);
  };

  const count = async (): Promise<void> => {
    if (clock.monotonicMs() - countedAtMs < countEveryMs) return;
    countedAtMs = clock.monotonicMs();
    lettersOpen.set(await store.countOpen());
  };

  return {
    sample: async () => {
      await Promise.all([look(lookAtQueue(), 'the dead-letter queue'), look(count(), 'quarantine')]);
    },
  };
};
