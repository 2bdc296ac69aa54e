import { noTimeHigh } from './layout.ts';

/** One event on its way into a part, with its values as the columns hold them. */
export interface SealedRow {
  readonly consultation: string;
  readonly eventType: string;
  /** Empty when the event names none. */
  readonly user: string;
  readonly positionOffset: number;
  readonly requestIndex: number;
  /** Four words from `eventIdAt` on. */
  readonly eventId: Uint32Array;
  readonly eventIdAt: number;
  readonly receivedAtMs: number;
  /** Two words from `occurredAtAt` on. */
  readonly occurredAt: Uint32Array;
  readonly occurredAtAt: number;
  /** Empty unless the time as sent is not what its milliseconds give. */
  readonly occurredAtText: string;
  /** The bytes from `payloadFrom` up to `payloadTo`. */
  readonly payload: Buffer;
  readonly payloadFrom: number;
  readonly payloadTo: number;
}

export type Mutable<Value> = { -readonly [Member in keyof Value]: Value[Member] };

/** `occurred_at` of an event that names none. */
export const noTime = Uint32Array.of(0, noTimeHigh);

/** A row to be filled, event after event. */
export const newSealedRow = (): Mutable<SealedRow> => ({
  consultation: '',
  eventType: '',
  user: '',
  positionOffset: 0,
  requestIndex: 0,
  eventId: new Uint32Array(4),
  eventIdAt: 0,
  receivedAtMs: 0,
  occurredAt: noTime,
  occurredAtAt: 0,
  occurredAtText: '',
  payload: Buffer.alloc(0),
  payloadFrom: 0,
  payloadTo: 0,
});
