import { InvalidField, QueueUnavailable } from '../../domain/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { QueueSender, SendResult } from '../../queue/port.ts';
import { type Pack, PackBuilder, type PendingRecord } from './pack-builder.ts';

/** How often a message that the queue could not take is sent, the first time included. */
const tries = 3;
/** Waits before the second and the third try: short beside a client's patience, long beside a busy moment. */
const backoffMs = [50, 200] as const;

const failPack = (pack: Pack, error: Error): void => {
  for (const { owner, index } of pack.records) owner.failed(index, error);
};

const confirmPack = (pack: Pack, messageId: string): void => {
  for (const { owner, index } of pack.records) owner.confirmed(index, messageId);
};

const missing: SendResult = {
  status: 'failed',
  code: 'Missing',
  message: 'the answer does not mention the message',
  senderFault: false,
};

type Failure = Extract<SendResult, { status: 'failed' }>;

/** Sends packs and tells each record's owner, exactly once, what became of it. Never throws. */
export interface Delivery {
  /** Resolves after the first try; what needs another one goes on by itself. */
  readonly send: (packs: readonly Pack[]) => Promise<void>;
  /** Resolves when nothing is under way. */
  readonly idle: () => Promise<void>;
}

export const createDelivery = (queue: QueueSender, clock: Clock): Delivery => {
  const underWay = new Set<Promise<void>>();

  const track = (work: Promise<void>): Promise<void> => {
    underWay.add(work);
    return work.finally(() => underWay.delete(work));
  };

  /** The queue says that the message itself is at fault. Alone, each record shows whether it is the one. */
  const isolate = (pack: Pack, failure: Failure): void => {
    if (pack.records.length === 1) {
      failPack(pack, new InvalidField('payload', `the queue refuses this event (${failure.code})`));
      return;
    }
    void track(sendEachAlone(pack.records));
  };

  const sendEachAlone = async (records: readonly PendingRecord[]): Promise<void> => {
    // No record fits beside another in a pack of no bytes.
    const alone = new PackBuilder(0);
    for (const record of records) alone.add(record);
    while (!alone.isEmpty) await attempt(alone.takeCall(), 1);
  };

  const retry = async (packs: readonly Pack[], done: number): Promise<void> => {
    await clock.sleep(backoffMs[done - 1] ?? 0);
    await attempt(packs, done + 1);
  };

  const settle = (packs: readonly Pack[], results: readonly SendResult[], done: number): void => {
    const again: Pack[] = [];
    packs.forEach((pack, place) => {
      const result = results[place] ?? missing;
      if (result.status === 'sent') confirmPack(pack, result.messageId);
      else if (result.senderFault) isolate(pack, result);
      else if (done < tries) again.push(pack);
      else
        failPack(pack, new QueueUnavailable(`The queue did not take the event (${result.code}): send it again later.`));
    });
    if (again.length > 0) void track(retry(again, done));
  };

  /** @param number which try this is, from 1. */
  const attempt = async (packs: readonly Pack[], number: number): Promise<void> => {
    let results: readonly SendResult[];
    try {
      results = await queue.sendBatch(packs.map(({ body }) => ({ body, isSqsText: true })));
    } catch (cause) {
      // The adapter has retried what can be retried; the call as a whole failed, so nothing was taken.
      const error =
        cause instanceof QueueUnavailable
          ? cause
          : new QueueUnavailable('The queue cannot be reached: send the events again later.', { cause });
      for (const pack of packs) failPack(pack, error);
      return;
    }
    settle(packs, results, number);
  };

  return {
    send: (packs) => track(attempt(packs, 1)),
    idle: async () => {
      while (underWay.size > 0) await Promise.allSettled(underWay);
    },
  };
};
