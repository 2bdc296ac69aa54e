import { Poison, QueueUnavailable, StoreUnavailable } from '../../../shared/domain/errors.ts';
import type { AcceptedEvent } from '../../../shared/domain/event.ts';
import type { ConsultationId, EventId, MessageId, PartId } from '../../../shared/domain/ids.ts';
import { leafHash } from '../../../shared/domain/leaf.ts';
import type { Encryption } from '../../../shared/encryption/encryption.ts';
import { systemClock } from '../../../shared/ports/clock.ts';
import { encodeEvent, packOf } from '../../../shared/queue/packs/encode.ts';
import type { OutgoingMessage, QueueSender } from '../../../shared/queue/port.ts';
import { type CompressionOf, createPersistStage, type QueuedPack } from '../../../shared/stages/persist.ts';
import type { Compression, PartWriter } from '../../../shared/store/port.ts';
import { silentLogger } from '../../../shared/telemetry/log.ts';

export const event = (number: number, changes: Partial<AcceptedEvent> = {}): AcceptedEvent => {
  const unhashed = {
    consultationId: 'consultation-7' as ConsultationId,
    eventId: `0190a6e2-5f4c-7b3a-9c1d-${String(number).padStart(12, '0')}` as EventId,
    eventType: 'NOTE_ADDED',
    userId: undefined,
    occurredAt: undefined,
    receivedAt: '2026-11-23T10:11:12.345Z',
    requestIndex: 0,
    payload: `{"number":${number}}`,
    segment: 'clinical',
    ...changes,
  };
  return { leaf: leafHash(unhashed), ...unhashed };
};

let messageCount = 0;
export const pack = (events: readonly AcceptedEvent[], receiveCount = 1): QueuedPack => ({
  messageId: `message-${++messageCount}`,
  body: packOf(events.map(encodeEvent)),
  receiveCount,
});

export interface Part {
  readonly numbers: readonly string[];
  readonly events: readonly AcceptedEvent[];
  readonly compression: Compression;
}

export interface RigOptions {
  /** Says what a write of these events does; nothing means that it is published. */
  readonly onWrite?: (events: readonly AcceptedEvent[]) => Error | undefined;
  /** Says what becomes of a dead letter. */
  readonly onLetter?: (message: OutgoingMessage) => 'sent' | 'failed' | 'throw';
  readonly compressionOf?: CompressionOf;
  readonly encryption?: Encryption;
}

export const outage = (): StoreUnavailable => new StoreUnavailable('the disk is full');
export const unwritable = (): Poison => new Poison('unwritable_event', 'a column cannot hold it');

const numberOf = ({ eventId }: AcceptedEvent): string => String(Number(eventId.slice(-12)));

/** PERSIST with a store and a dead-letter queue that do as they are told, and remember. */
export const createRig = ({ onWrite, onLetter, compressionOf = () => undefined, encryption }: RigOptions = {}) => {
  const parts: Part[] = [];
  const letters: OutgoingMessage[] = [];
  const calls: number[] = [];
  const writer: PartWriter = {
    write: async (events, compression) => {
      const error = onWrite?.(events);
      if (error !== undefined) throw error;
      parts.push({ events, compression, numbers: events.map(numberOf) });
      return { partId: 'part' as PartId, path: 'level0/part.h5', events: events.length, bytes: 1 };
    },
  };
  const deadLetters: QueueSender = {
    sendBatch: async (messages) => {
      calls.push(messages.length);
      return messages.map((message) => {
        const fate = onLetter?.(message) ?? 'sent';
        if (fate === 'throw') throw new QueueUnavailable('down');
        if (fate === 'failed') return { status: 'failed', code: 'InternalError', message: '', senderFault: false };
        letters.push(message);
        return { status: 'sent', messageId: 'letter' as MessageId };
      });
    },
  };
  const dependencies = {
    writer,
    deadLetters,
    compressionOf,
    fallbackCompression: 'gzip-1' as const,
    encryption,
    clock: systemClock,
    logger: silentLogger,
  };
  return { persist: createPersistStage(dependencies), dependencies, parts, letters, calls };
};
