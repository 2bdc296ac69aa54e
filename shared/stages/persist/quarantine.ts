import { limits } from '../../domain/limits.ts';
import { quote } from '../../queue/packs/format.ts';
import type { OutgoingMessage, QueueSender, SendResult } from '../../queue/port.ts';
import type { Logger } from '../../telemetry/log.ts';
import { eventsFailed } from '../../telemetry/metrics.ts';
import type { PackedPoison, QueuedPack } from './unpack.ts';

/** A piece of a record that is too large as JSON text: at most 3 bytes a code unit, so it fits a message. */
const fragmentLength = Math.floor(limits.messageBytes / 4);

/** Bytes that SQS counts beside the body: name, type and value of the one attribute, generously. */
const attributeBytes = 128;

const member = (name: string, value: string | undefined): string =>
  value === undefined ? '' : `,"${name}":${quote(value)}`;

const bodyOf = ({ poison }: PackedPoison, record: string, fragment = ''): string =>
  `{"reason":${quote(poison.reason)},"detail":${quote(poison.detail)}` +
  `${member('consultation_id', poison.consultationId)}${member('event_id', poison.eventId)}${fragment}` +
  `${member('record', record)}}`;

/**
 * The dead-letter messages of one bad event: one, unless its record, escaped as JSON, fits no message; then it is cut
 * into numbered fragments. Nothing in them depends on the time or the delivery: a redelivery sends equal messages.
 */
export const deadLettersOf = (packed: PackedPoison): readonly OutgoingMessage[] => {
  const { record, reason } = packed.poison;
  const whole = bodyOf(packed, record);
  if (Buffer.byteLength(whole) + attributeBytes <= limits.messageBytes)
    return [{ body: whole, attributes: { reason } }];
  const fragments = Math.ceil(record.length / fragmentLength);
  return Array.from({ length: fragments }, (_, index) => {
    const piece = record.slice(index * fragmentLength, (index + 1) * fragmentLength);
    return {
      body: bodyOf(packed, piece, `,"fragment":${index + 1},"fragments":${fragments}`),
      attributes: { reason },
    };
  });
};

interface Letter {
  readonly message: OutgoingMessage;
  readonly packs: readonly QueuedPack[];
}

/** Groups letters into calls that SQS takes: by count and by bytes. */
const callsOf = (letters: readonly Letter[]): readonly (readonly Letter[])[] => {
  const calls: Letter[][] = [];
  let bytes = 0;
  for (const letter of letters) {
    const size = Buffer.byteLength(letter.message.body) + attributeBytes;
    const call = calls.at(-1);
    if (call === undefined || call.length === limits.entriesPerCall || bytes + size > limits.messageBytes) {
      calls.push([letter]);
      bytes = size;
    } else {
      call.push(letter);
      bytes += size;
    }
  }
  return calls;
};

const sendAll = async (call: readonly Letter[], queue: QueueSender, logger: Logger): Promise<readonly SendResult[]> => {
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
  const letters = poison.flatMap((packed) =>
    deadLettersOf(packed).map((message) => ({ message, packs: packed.packs })),
  );
  for (const call of callsOf(letters)) {
    const results = await sendAll(call, queue, logger);
    for (const [index, { packs }] of call.entries()) {
      if (results[index]?.status !== 'sent') for (const pack of packs) unconfirmed.add(pack);
    }
  }
  for (const { poison: entry, packs } of poison) {
    if (unconfirmed.has(packs[0])) continue;
    eventsFailed.inc({ error_type: entry.reason });
    logger.warn('an event that cannot be stored went to quarantine', {
      reason: entry.reason,
      message_id: packs[0].messageId,
      ...(entry.consultationId === undefined ? {} : { consultation_id: entry.consultationId }),
      ...(entry.eventId === undefined ? {} : { event_id: entry.eventId }),
    });
  }
  return unconfirmed;
};
