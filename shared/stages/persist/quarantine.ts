import { type Letter, letterIdOf } from '../../domain/letter.ts';
import { inCalls } from '../../queue/in-calls.ts';
import { letterAttributeBytes, letterMessages } from '../../queue/letters/encode.ts';
import type { OutgoingMessage, QueueSender, SendResult } from '../../queue/port.ts';
import type { Logger } from '../../telemetry/log.ts';
import { eventsFailed } from '../../telemetry/metrics.ts';
import type { PackedPoison, QueuedPack } from './unpack.ts';

/** The letter of one bad event. Where several deliveries brought it, the latest attempt names it. */
export const letterOf = ({ poison, packs }: PackedPoison): Letter => {
  const attempt = Math.max(...packs.map((pack) => pack.attempt ?? 1));
  return { ...poison, attempt, letterId: letterIdOf({ ...poison, attempt }) };
};

interface Addressed {
  readonly message: OutgoingMessage;
  readonly packs: readonly QueuedPack[];
}

const sendAll = async (
  call: readonly Addressed[],
  queue: QueueSender,
  logger: Logger,
): Promise<readonly SendResult[]> => {
  try {
    return await queue.sendBatch(call.map(({ message }) => message));
  } catch (error) {
    logger.error('the dead-letter queue refused a call; its messages come back', { error, messages: call.length });
    return [];
  }
};

/**
 * Sends each bad event to the dead-letter queue, one at a time in its messages.
 * @returns the packs with an event that the dead-letter queue did not confirm: they must not be acknowledged.
 */
export const quarantine = async (
  poison: readonly PackedPoison[],
  queue: QueueSender,
  logger: Logger,
): Promise<ReadonlySet<QueuedPack>> => {
  const unconfirmed = new Set<QueuedPack>();
  const letters = poison.map((packed) => ({ letter: letterOf(packed), packs: packed.packs }));
  const messages = letters.flatMap(({ letter, packs }) =>
    letterMessages(letter).map((message) => ({ message, packs })),
  );
  const bytesOf = ({ message }: Addressed): number => Buffer.byteLength(message.body) + letterAttributeBytes;
  for (const call of inCalls(messages, bytesOf)) {
    const results = await sendAll(call, queue, logger);
    for (const [index, { packs }] of call.entries()) {
      if (results[index]?.status !== 'sent') for (const pack of packs) unconfirmed.add(pack);
    }
  }
  for (const { letter, packs } of letters) {
    if (unconfirmed.has(packs[0])) continue;
    eventsFailed.inc({ error_type: letter.reason });
    logger.warn('an event that cannot be stored went to quarantine', {
      letter_id: letter.letterId,
      reason: letter.reason,
      attempt: letter.attempt,
      message_id: packs[0].messageId,
      ...(letter.consultationId === undefined ? {} : { consultation_id: letter.consultationId }),
      ...(letter.eventId === undefined ? {} : { event_id: letter.eventId }),
    });
  }
  return unconfirmed;
};
