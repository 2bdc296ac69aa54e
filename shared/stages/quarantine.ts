import { StoreUnavailable } from '../domain/errors.ts';
import type { LetterPiece } from '../domain/letter.ts';
import { inCalls } from '../queue/in-calls.ts';
import { resentAttributeBytes } from '../queue/letters/attributes.ts';
import type { OutgoingMessage, QueueSender } from '../queue/port.ts';
import type { LetterPublisher } from '../store/quarantine/port.ts';
import type { Logger } from '../telemetry/log.ts';
import { lettersQuarantined } from '../telemetry/metrics.ts';
import { type DeadMessage, sort, wholeMessage } from './quarantine/sort.ts';

export type { DeadMessage } from './quarantine/sort.ts';

export interface QuarantineDependencies {
  readonly letters: LetterPublisher;
  /** Where packs go that the queue's redrive moved whole. */
  readonly events: QueueSender;
  readonly logger: Logger;
}

/** What became of a batch. */
export interface QuarantineReport {
  /** Messages that must not be acknowledged, in the order of the batch. They come back. */
  readonly failedMessageIds: readonly string[];
}

/** Empties a batch of dead messages into quarantine. Never throws for what messages, store or queue can do; reports it. */
export type QuarantineStage = (messages: readonly DeadMessage[]) => Promise<QuarantineReport>;

/** Sends all or throws: those that were sent are then sent again with the rest, and stored once all the same. */
const sendAll = async (messages: readonly OutgoingMessage[], queue: QueueSender): Promise<void> => {
  const bytesOf = ({ body }: OutgoingMessage): number => Buffer.byteLength(body) + resentAttributeBytes;
  for (const call of inCalls(messages, bytesOf)) {
    const results = await queue.sendBatch(call);
    const unsent = call.filter((_, index) => results[index]?.status !== 'sent');
    if (unsent.length > 0) throw new Error(`the events' queue did not take ${unsent.length} of ${call.length} packs`);
  }
};

/**
 * What functions/quarantine does: each message of the dead-letter queue is in the store's quarantine, or on its way to be
 * tried once more, before it is acknowledged.
 */
export const createQuarantineStage = ({ letters, events, logger }: QuarantineDependencies): QuarantineStage => {
  const keep = async (piece: LetterPiece, message: DeadMessage): Promise<void> => {
    const quarantinedAt = new Date(message.sentAtMs).toISOString();
    const kept: LetterPiece = (await letters.publish(piece, quarantinedAt))
      ? piece
      : wholeMessage(message, 'its name is taken by another letter');
    if (kept !== piece && !(await letters.publish(kept, quarantinedAt))) {
      throw new StoreUnavailable(`The file of the letter ${kept.letterId} is damaged: restore it from a backup.`);
    }
    // The first piece stands for all of a letter's.
    if ((kept.fragment?.number ?? 1) === 1) lettersQuarantined.inc({ reason: kept.reason });
    logger.info('a letter is in quarantine', {
      letter_id: kept.letterId,
      reason: kept.reason,
      attempt: kept.attempt,
      message_id: message.messageId,
      ...(kept.consultationId === undefined ? {} : { consultation_id: kept.consultationId }),
      ...(kept.eventId === undefined ? {} : { event_id: kept.eventId }),
    });
  };

  const resend = async (messages: readonly OutgoingMessage[], { messageId }: DeadMessage): Promise<void> => {
    await sendAll(messages, events);
    logger.warn('a pack that no delivery could finish is tried again, event by event', {
      message_id: messageId,
      messages: messages.length,
    });
  };

  const empty = async (message: DeadMessage): Promise<boolean> => {
    try {
      const fate = sort(message);
      if (fate.kind === 'keep') await keep(fate.letter, message);
      else await resend(fate.messages, message);
      return true;
    } catch (error) {
      logger.error('a dead message stays in its queue for now', { message_id: message.messageId, error });
      return false;
    }
  };

  return async (messages) => {
    // At once: each waits for the disk's sync several times.
    const done = await Promise.all(messages.map(empty));
    return { failedMessageIds: messages.filter((_, index) => done[index] !== true).map(({ messageId }) => messageId) };
  };
};
