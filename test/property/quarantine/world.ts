import { createHandler as createPersist } from '../../../functions/persist.ts';
import { createHandler as createQuarantine } from '../../../functions/quarantine.ts';
import { Poison, QueueUnavailable, StoreUnavailable } from '../../../shared/domain/errors.ts';
import type { AcceptedEvent } from '../../../shared/domain/event.ts';
import type { MessageId, PartId, ReceiptHandle } from '../../../shared/domain/ids.ts';
import { systemClock } from '../../../shared/ports/clock.ts';
import { sqsEvent } from '../../../shared/queue/poller/sqs-event.ts';
import type { OutgoingMessage, QueueSender } from '../../../shared/queue/port.ts';
import { createReplay } from '../../../shared/stages/replay.ts';
import { openQuarantine } from '../../../shared/store/quarantine/open.ts';
import { createLetterPublisher } from '../../../shared/store/quarantine/publish-letter.ts';
import { silentLogger } from '../../../shared/telemetry/log.ts';
import { SimulatedFiles } from '../store/simulated-files.ts';

/** What happens at a step; each happens to whatever is there. */
export interface Step {
  readonly verb: 'persist' | 'redrive' | 'quarantine' | 'retry' | 'discard' | 'mend' | 'lose-power';
  /** The file system's call that fails, counted from the step's first; none when it is beyond the last. */
  readonly faultAt: number;
  readonly fault: 'error-before' | 'error-after' | 'crash';
  /** What a queue does with what is sent to it. `lost` takes it and does not say so. */
  readonly sends: 'sent' | 'failed' | 'lost' | 'throw';
  /** Whether messages are acknowledged; otherwise they come again. */
  readonly acknowledges: boolean;
  /** Where to begin in a queue: order is not promised. */
  readonly offset: number;
}

export const store = '/store';
const all = { state: 'open', filter: {}, limit: 100 } as const;
const maySee = (): boolean => true;

/**
 * Two queues, a disk and the three functions that work on them, as they fail together. Parts are a list: what is asked here is what
 * becomes of events between the queues and quarantine.
 */
export const createWorld = (isPoison: (event: AcceptedEvent) => boolean) => {
  const disk = new SimulatedFiles(store);
  const events: OutgoingMessage[] = [];
  const dead: OutgoingMessage[] = [];
  const stored: AcceptedEvent[] = [];
  let mended = false;
  let names = 0;
  const uniqueName = (): string => `name-${++names}`;

  const senderTo = (queue: OutgoingMessage[], { sends }: Step): QueueSender => ({
    sendBatch: async (messages) => {
      if (sends === 'throw') throw new QueueUnavailable('down');
      if (sends !== 'failed') queue.push(...messages);
      return messages.map(() =>
        sends === 'sent'
          ? { status: 'sent', messageId: uniqueName() as MessageId }
          : { status: 'failed', code: 'InternalError', message: '', senderFault: false },
      );
    },
  });

  /** Delivers up to five messages; those that are not acknowledged stay. */
  const deliver = async (
    queue: OutgoingMessage[],
    { offset, acknowledges }: Step,
    run: ReturnType<typeof createPersist>,
  ): Promise<void> => {
    const from = queue.length === 0 ? 0 : offset % queue.length;
    const batch = queue.slice(from, from + 5);
    if (batch.length === 0) return;
    const received = batch.map(({ body, attributes = {} }, place) => ({
      messageId: `message-${place}` as MessageId,
      receiptHandle: 'handle' as ReceiptHandle,
      body,
      attributes,
      receiveCount: 1,
      sentAtMs: 1_790_000_000_000,
    }));
    const answer = await run(sqsEvent(received, { arn: 'arn:aws:sqs:x:1:queue', region: 'x' }));
    if (!acknowledges) return;
    const failed = new Set(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    const done = new Set(batch.filter((_, place) => !failed.has(`message-${place}`)));
    queue.splice(0, queue.length, ...queue.filter((message) => !done.has(message)));
  };

  const persistOf = (step: Step) =>
    createPersist({
      writer: {
        write: async (written) => {
          if (!mended && written.some(isPoison)) throw new Poison('unwritable_event', 'a column cannot hold it');
          stored.push(...written);
          return { partId: 'part' as PartId, path: 'part', events: written.length, bytes: 1 };
        },
      },
      deadLetters: senderTo(dead, step),
      compressionOf: () => undefined,
      fallbackCompression: 'none',
      clock: systemClock,
      logger: silentLogger,
    });

  const quarantineOf = (step: Step) =>
    createQuarantine({
      letters: createLetterPublisher(store, disk, uniqueName),
      events: senderTo(events, step),
      logger: silentLogger,
    });

  const replayOf = (step: Step) =>
    createReplay({
      store: openQuarantine(store, disk, uniqueName),
      events: senderTo(events, step),
      reader: {
        byId: async (consultationId, eventId) => {
          const found = stored.find((each) => each.consultationId === consultationId && each.eventId === eventId);
          return found && { ...found, position: undefined };
        },
      },
      clock: { nowMs: () => 1_790_000_000_000 + ++names, monotonicMs: () => 0 },
      logger: silentLogger,
    });

  const isOutage = (error: unknown): boolean => error instanceof StoreUnavailable || error instanceof QueueUnavailable;

  const perform: Readonly<Record<Step['verb'], (step: Step) => Promise<unknown>>> = {
    persist: (step) => deliver(events, step, persistOf(step)),
    // The queue gives up delivering whole messages.
    redrive: async ({ offset }) => dead.push(...events.splice(events.length === 0 ? 0 : offset % events.length, 2)),
    quarantine: (step) => deliver(dead, step, quarantineOf(step)),
    retry: (step) => replayOf(step).retry(all, maySee, { by: 'a', dryRun: false }),
    discard: (step) => replayOf(step).discard({ ...all, limit: 1 }, maySee, { by: 'b', note: 'why', dryRun: false }),
    mend: async () => {
      mended = true;
    },
    'lose-power': async () => disk.losePower(),
  };

  return {
    disk,
    events,
    dead,
    stored,
    /** Does a step; whatever it does to a process, the next step is another process on the same disk. */
    step: async (step: Step): Promise<void> => {
      disk.restart();
      disk.fault = { call: step.faultAt, kind: step.fault, code: 'EIO' };
      try {
        await perform[step.verb](step);
      } catch (error) {
        if (!isOutage(error)) throw error;
      }
      disk.restart();
    },
    quarantine: openQuarantine(store, disk, uniqueName),
  };
};
