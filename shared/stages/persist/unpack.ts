import { Poison } from '../../domain/errors.ts';
import type { AcceptedEvent } from '../../domain/event.ts';
import { leafHash } from '../../domain/leaf.ts';
import { type DecodedPack, decodePack, type PoisonRecord } from '../../queue/packs/decode.ts';
import { encodeEvent } from '../../queue/packs/encode.ts';

/** A message of the queue, as far as PERSIST needs it. */
export interface QueuedPack {
  readonly messageId: string;
  readonly body: string;
  /** How often the message was received, this time included. */
  readonly receiveCount: number;
  /** Which attempt at storing it this is: 1, also when absent, unless an operator had it tried again. */
  readonly attempt?: number;
}

/** An event and the messages that brought it, which are acknowledged only when the event is safe. */
export interface PackedEvent {
  readonly event: AcceptedEvent;
  readonly packs: readonly [QueuedPack, ...QueuedPack[]];
}

/** What can't be stored, and the messages that brought it. */
export interface PackedPoison {
  readonly poison: PoisonRecord;
  readonly packs: readonly [QueuedPack, ...QueuedPack[]];
}

export interface Unpacked {
  readonly events: readonly PackedEvent[];
  readonly poison: readonly PackedPoison[];
}

/** The poison entry of an event that could be read, so that whoever looks into quarantine finds it by its ids. */
export const poisonOf = (event: AcceptedEvent, reason: PoisonRecord['reason'], detail: string): PoisonRecord => ({
  reason,
  detail,
  form: 'record',
  record: encodeEvent(event),
  consultationId: event.consultationId,
  eventId: event.eventId,
});

const decode = (body: string): DecodedPack => {
  try {
    return decodePack(body);
  } catch (error) {
    if (!(error instanceof Poison)) throw error;
    return { events: [], poison: [{ reason: error.reason, detail: error.message, form: 'message', record: body }] };
  }
};

const isSound = (event: AcceptedEvent): boolean => Buffer.compare(event.leaf, leafHash(event)) === 0;

/** Decodes packs and compares each event's leaf with its bytes: what came through the queue altered is never stored. */
export const unpack = (packs: readonly QueuedPack[]): Unpacked => {
  const events: PackedEvent[] = [];
  const poison: PackedPoison[] = [];
  for (const pack of packs) {
    const decoded = decode(pack.body);
    for (const entry of decoded.poison) poison.push({ poison: entry, packs: [pack] });
    for (const event of decoded.events) {
      if (isSound(event)) events.push({ event, packs: [pack] });
      else
        poison.push({
          poison: poisonOf(event, 'hash_mismatch', 'the event is not the one that was hashed'),
          packs: [pack],
        });
    }
  }
  return { events, poison };
};
