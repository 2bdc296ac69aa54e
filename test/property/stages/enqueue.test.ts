import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AcceptedEvent } from '../../../shared/domain/event.ts';
import type { ConsultationId, EventId, MessageId } from '../../../shared/domain/ids.ts';
import { limits } from '../../../shared/domain/limits.ts';
import type { Clock } from '../../../shared/ports/clock.ts';
import { decodePack } from '../../../shared/queue/packs/decode.ts';
import type { OutgoingMessage, QueueSender, SendResult } from '../../../shared/queue/port.ts';
import { createEnqueue } from '../../../shared/stages/enqueue.ts';

/** Waits take a turn of the event loop, not the time they name. */
const hurried: Clock = {
  nowMs: () => 0,
  monotonicMs: () => 0,
  sleep: () => new Promise((resolve) => setImmediate(resolve)),
  after: () => ({ cancel: () => {} }),
};

type Fate = 'sent' | 'failed' | 'senderFault' | 'missing';

const eventWith = (number: number, size: number): AcceptedEvent => ({
  consultationId: 'c' as ConsultationId,
  eventId: `00000000-0000-7000-8000-${String(number).padStart(12, '0')}` as EventId,
  eventType: 'X',
  userId: undefined,
  occurredAt: undefined,
  receivedAt: '2026-11-23T10:11:12.345Z',
  requestIndex: 0,
  segment: 'general',
  payload: `{"é":"${'é'.repeat(size)}"}`,
  leaf: new Uint8Array(32),
});

/** A queue whose calls go as scripted, then well. It remembers what it holds, by message id. */
const scriptedQueue = (script: readonly ('throw' | readonly Fate[])[]) => {
  const held = new Map<string, readonly string[]>();
  const calls: OutgoingMessage[][] = [];
  const queue: QueueSender = {
    sendBatch: async (messages) => {
      const plan = script[calls.length];
      calls.push([...messages]);
      const number = calls.length;
      await new Promise((resolve) => setImmediate(resolve));
      if (plan === 'throw') throw new Error('the line is dead');
      const results: SendResult[] = [];
      messages.forEach(({ body }, place) => {
        const fate = plan?.[place] ?? 'sent';
        if (fate === 'missing') return;
        if (fate !== 'sent') {
          results.push({ status: 'failed', code: 'InternalError', message: '', senderFault: fate === 'senderFault' });
          return;
        }
        const messageId = `${number}-${place}` as MessageId;
        held.set(
          messageId,
          decodePack(body).events.map(({ eventId }) => eventId),
        );
        results.push({ status: 'sent', messageId });
      });
      return results;
    },
  };
  return { queue, held, calls };
};

const fates = fc.constantFrom<Fate>('sent', 'failed', 'senderFault');
const script = fc.array(
  fc.oneof(
    { weight: 1, arbitrary: fc.constant('throw' as const) },
    { weight: 4, arbitrary: fc.array(fates, { maxLength: 10 }) },
  ),
  { maxLength: 12 },
);

describe('ENQUEUE', () => {
  it('answers each event once: with the id of a message that holds it, or with an error and no message that does', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.nat(600), { maxLength: 12 }), { minLength: 1, maxLength: 12 }),
        script,
        fc.integer({ min: 1_024, max: 4_096 }),
        async (requests, plan, packBytes) => {
          const { queue, held, calls } = scriptedQueue(plan);
          const enqueue = createEnqueue({ queue, clock: hurried, packBytes });
          let number = 0;
          const sent = requests.map((sizes) => sizes.map((size) => eventWith(number++, size)));
          const outcomes = await Promise.all(
            sent.map(async (events) =>
              events.length === 1 && events[0]
                ? [await enqueue.one(events[0]).catch((error: unknown) => error)]
                : enqueue.many(events),
            ),
          );
          await enqueue.drain();

          const copies = [...held.values()].flat();
          sent.forEach((events, place) => {
            expect(outcomes[place]).toHaveLength(events.length);
            events.forEach(({ eventId }, index) => {
              const outcome = outcomes[place]?.[index];
              if (typeof outcome === 'string') expect(held.get(outcome)).toContain(eventId);
              else expect(outcome).toHaveProperty('status', expect.any(Number));
              expect(copies.filter((id) => id === eventId)).toHaveLength(typeof outcome === 'string' ? 1 : 0);
            });
          });
          for (const call of calls) {
            expect(call.length).toBeLessThanOrEqual(limits.entriesPerCall);
            const bytes = call.map(({ body }) => Buffer.byteLength(body));
            expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(limits.messageBytes);
            for (const [index, size] of bytes.entries()) {
              const alone = decodePack(call[index]?.body ?? '').events.length === 1;
              if (!alone) expect(size).toBeLessThanOrEqual(packBytes);
            }
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
