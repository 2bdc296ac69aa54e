import { createHandler } from '../../../functions/quarantine.ts';
import { QueueUnavailable } from '../../../shared/domain/errors.ts';
import type { MessageId, ReceiptHandle } from '../../../shared/domain/ids.ts';
import { sqsEvent } from '../../../shared/queue/poller/sqs-event.ts';
import type { OutgoingMessage, QueueSender } from '../../../shared/queue/port.ts';
import { openQuarantine } from '../../../shared/store/quarantine/open.ts';
import { createLetterPublisher } from '../../../shared/store/quarantine/publish-letter.ts';
import { silentLogger } from '../../../shared/telemetry/log.ts';
import { SimulatedFiles } from '../../property/store/simulated-files.ts';

export const store = '/store';

export type Fate = 'sent' | 'failed' | 'lost' | 'throw';

/** A queue of events that does as it is told, and remembers what it took. `lost` takes a message and does not say so. */
export const createEventsQueue = (fateOf: (message: OutgoingMessage) => Fate = () => 'sent') => {
  const sent: OutgoingMessage[] = [];
  const queue: QueueSender = {
    sendBatch: async (messages) =>
      messages.map((message) => {
        const fate = fateOf(message);
        if (fate === 'throw') throw new QueueUnavailable('down');
        if (fate === 'sent' || fate === 'lost') sent.push(message);
        return fate === 'sent'
          ? { status: 'sent', messageId: `sent-${sent.length}` as MessageId }
          : { status: 'failed', code: 'InternalError', message: '', senderFault: false };
      }),
  };
  return { sent, queue };
};

let files = 0;
/** Names that no other file of the tests has. */
export const uniqueName = (): string => `unique-${++files}`;

export interface RigOptions {
  readonly fateOf?: (message: OutgoingMessage) => Fate;
  readonly disk?: SimulatedFiles;
}

/** functions/quarantine on a simulated disk. */
export const createQuarantineRig = ({ fateOf, disk = new SimulatedFiles(store) }: RigOptions = {}) => {
  const { sent, queue } = createEventsQueue(fateOf);
  const run = createHandler({
    letters: createLetterPublisher(store, disk, uniqueName),
    events: queue,
    logger: silentLogger,
  });
  let received = 0;
  /** @returns places of the messages that come back */
  const deliver = async (messages: readonly OutgoingMessage[], sentAtMs = 1_790_000_000_000): Promise<number[]> => {
    const batch = messages.map(({ body, attributes = {} }) => ({
      messageId: `dead-${++received}` as MessageId,
      receiptHandle: 'handle' as ReceiptHandle,
      body,
      attributes,
      receiveCount: 1,
      sentAtMs,
    }));
    const event = sqsEvent(batch, { arn: 'arn:aws:sqs:x:1:dead', region: 'x' });
    const failed = new Set((await run(event)).batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    return batch.flatMap(({ messageId }, place) => (failed.has(messageId) ? [place] : []));
  };
  return { deliver, sent, disk, quarantine: openQuarantine(store, disk, uniqueName) };
};

/** Everything that an async iterable gives. */
export const collect = async <Item>(items: AsyncIterable<Item>): Promise<Item[]> => {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
};
