import type { SQSEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { createHandler } from '../../../functions/persist.ts';
import type { MessageId, ReceiptHandle } from '../../../shared/domain/ids.ts';
import { sqsEvent } from '../../../shared/queue/poller/sqs-event.ts';
import { createRig, event, outage, pack } from './rig.ts';

const source = { arn: 'arn:aws:sqs:eu-west-1:000000000000:fi-events', region: 'eu-west-1' };

const triggered = (packs: readonly ReturnType<typeof pack>[]): SQSEvent =>
  sqsEvent(
    packs.map(({ messageId, body, receiveCount, attempt }) => ({
      messageId: messageId as MessageId,
      receiptHandle: 'handle' as ReceiptHandle,
      body,
      attributes: attempt === undefined ? {} : { attempt: String(attempt) },
      receiveCount,
      sentAtMs: 0,
    })),
    source,
  );

describe('functions/persist', () => {
  it('reports no failures when everything is stored', async () => {
    const { dependencies, parts } = createRig();
    expect(await createHandler(dependencies)(triggered([pack([event(1)])]))).toEqual({ batchItemFailures: [] });
    expect(parts).toHaveLength(1);
  });

  it('reports the messages that must come back, and reads how often they were received', async () => {
    const { dependencies } = createRig({ onWrite: (events) => (events.length === 1 ? outage() : undefined) });
    const suspect = pack([event(3)], 5);
    const answer = await createHandler(dependencies)(triggered([pack([event(1), event(2)]), suspect]));
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: suspect.messageId }] });
  });

  it('reads which attempt a retried message is', async () => {
    const { dependencies, letters } = createRig();
    await createHandler(dependencies)(triggered([{ ...pack([]), body: 'nonsense', attempt: 3 }]));
    expect(JSON.parse(letters[0]?.body ?? '')).toMatchObject({ reason: 'undecodable_pack', attempt: 3 });
  });
});
