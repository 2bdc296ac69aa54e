import type { ConsultationId, EventId } from '../../shared/domain/ids.ts';
import { formatUuid } from '../../shared/domain/ids.ts';
import { identityKey } from '../../shared/store/known-ids/identity-key.ts';

/** What ids the clients give: UUIDv7s by the clock, as ours are, or random ones. */
export type IdKind = 'uuid7' | 'uuid4';
export const idKinds: readonly IdKind[] = ['uuid7', 'uuid4'];

/** Events a second by which the time of UUIDv7s advances. */
export const eventsPerSecond = 2_000;
export const firstEventMs = Date.UTC(2026, 0, 1);

/** Scrambles a 32-bit number (the finalizer of MurmurHash3): the same run every time, without a library. */
export const scramble = (number: number): number => {
  let mixed = number >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
};

const bytes = Buffer.alloc(16);

/** The id of the event with this number. Numbers of 2^31 and more are for events that are never stored. */
const eventIdOf = (kind: IdKind, number: number, atMs: number): EventId => {
  for (let word = 0; word < 4; word++) bytes.writeUInt32BE(scramble(number ^ scramble(word + 1)), word * 4);
  if (kind === 'uuid7') bytes.writeUIntBE(Math.floor(atMs), 0, 6);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | (kind === 'uuid7' ? 0x70 : 0x40);
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return formatUuid(bytes) as EventId;
};

/** A thousand consultations at a time. */
const consultationOf = (number: number): ConsultationId => `consultation-${number % 1_000}` as ConsultationId;

/** The key of an event that came as number `number`, at its time unless another is given. */
export const keyOfEvent = (kind: IdKind, number: number, place = number): Uint8Array =>
  identityKey(consultationOf(number), eventIdOf(kind, number, firstEventMs + (place * 1_000) / eventsPerSecond));

/** Numbers of events that are never stored. */
export const absentFrom = 2 ** 31;
