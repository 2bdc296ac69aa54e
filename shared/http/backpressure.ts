import { QueueFull, StoreUnavailable } from '../domain/errors.ts';
import type { Clock } from '../ports/clock.ts';
import { inTime } from '../ports/in-time.ts';
import type { QueueGauge } from '../queue/port.ts';
import type { StoreGauge } from '../store/port.ts';
import type { Logger } from '../telemetry/log.ts';
import { queueLength, queuePending } from '../telemetry/metrics.ts';

export interface BackpressureOptions {
  readonly queue: QueueGauge & { readonly name: string };
  readonly store: Pick<StoreGauge, 'freeBytes'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How often is sampled (`FI_SAMPLE_INTERVAL_MS`). */
  readonly intervalMs: number;
  /** Most messages that may wait (`FI_MAX_QUEUE_MESSAGES`). */
  readonly maxQueueMessages: number;
  /** Least free space of the store (`FI_MIN_FREE_BYTES`). */
  readonly minFreeBytes: number;
  /** A sample that takes longer counts as failed, default 5,000 ms: a network share that hangs is one that is gone. */
  readonly sampleTimeoutMs?: number;
}

export interface Backpressure {
  /** Why nothing may be accepted now, by the newest sample; waits for one only when the last is too old to go by. @throws QueueFull | StoreUnavailable */
  readonly admit: () => undefined | Promise<void>;
  /** Why the store can't be reached, by the newest sample; undefined where it can, and before the first. */
  readonly storeAway: () => StoreUnavailable | undefined;
  /** Takes a sample and sets the gauges. Never throws. */
  readonly sample: () => Promise<void>;
  /** Samples every interval until stopped, for hosts; Lambda freezes timers, there `admit` does it. */
  readonly start: () => { readonly stop: () => void };
}

type Refusal = QueueFull | StoreUnavailable;

/** Answers 429 or 503 instead of accepting what it may not keep. */
export const createBackpressure = (options: BackpressureOptions): Backpressure => {
  const { queue, store, clock, logger, intervalMs, maxQueueMessages, minFreeBytes, sampleTimeoutMs = 5_000 } = options;
  /** A sample older than this decides nothing: it is from before a pause. */
  const staleMs = Math.max(2 * intervalMs, intervalMs + sampleTimeoutMs);
  const limit = { clock, timeoutMs: sampleTimeoutMs };
  let refusal: Refusal | undefined;
  let away: StoreUnavailable | undefined;
  let sampledAtMs = Number.NEGATIVE_INFINITY;
  let running: Promise<void> | undefined;

  /** A queue that can't be asked is no reason to refuse: sending to it will tell. */
  const queueRefusal = async (): Promise<Refusal | undefined> => {
    try {
      const depth = await inTime(queue.depth(), 'the queue', limit);
      const waiting = depth.visible + depth.delayed;
      queueLength.set({ stream: queue.name }, waiting);
      queuePending.set({ stream: queue.name }, depth.inFlight);
      if (waiting + depth.inFlight <= maxQueueMessages) return undefined;
      return new QueueFull(`More than ${maxQueueMessages} messages wait to be stored: send the events again later.`);
    } catch (error) {
      logger.warn('the depth of the queue is not known', { queue: queue.name, error });
      return undefined;
    }
  };

  const storeRefusal = async (): Promise<Refusal | undefined> => {
    try {
      const freeBytes = await inTime(store.freeBytes(), 'the store', limit);
      away = undefined;
      if (freeBytes >= minFreeBytes) return undefined;
      return new StoreUnavailable(`The store has less than ${minFreeBytes} bytes left: send the events again later.`);
    } catch (cause) {
      away = new StoreUnavailable('The store cannot be reached: send the request again later.', { cause });
      return away;
    }
  };

  const takeSample = async (): Promise<void> => {
    const [ofStore, ofQueue] = await Promise.all([storeRefusal(), queueRefusal()]);
    const now = ofStore ?? ofQueue;
    if (now?.message !== refusal?.message) {
      if (now === undefined) logger.info('events are accepted again');
      else logger.warn('events are refused for now', { error_type: now.tag, reason: now.message, error: now.cause });
    }
    refusal = now;
    sampledAtMs = clock.monotonicMs();
  };

  const sample = (): Promise<void> => {
    running ??= takeSample().finally(() => {
      running = undefined;
    });
    return running;
  };

  const decide = (): void => {
    // A new error each time: one that is shared would carry the stack of another request.
    if (refusal instanceof QueueFull) throw new QueueFull(refusal.message);
    if (refusal !== undefined) throw new StoreUnavailable(refusal.message, { cause: refusal });
  };

  return {
    admit: () => {
      const ageMs = clock.monotonicMs() - sampledAtMs;
      if (ageMs > staleMs) return sample().then(decide);
      if (ageMs > intervalMs) void sample();
      decide();
      return undefined;
    },
    storeAway: () => away,
    sample,
    start: () => {
      let timer: { cancel(): void } | undefined;
      let stopped = false;
      const loop = async (): Promise<void> => {
        await sample();
        if (!stopped) timer = clock.after(intervalMs, () => void loop());
      };
      void loop();
      return {
        stop: () => {
          stopped = true;
          timer?.cancel();
        },
      };
    },
  };
};
