import type { AcceptedEvent } from '../../domain/event.ts';
import { isRefusedBySqs, packHeader, quote, recordMark } from './format.ts';

export { packHeader };

const base64url = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');

const fitsAsItIs = (payload: string): boolean => !isRefusedBySqs(payload) && payload.isWellFormed();

/**
 * One event as a record of a pack (see `format.ts`): only characters that SQS takes, and nothing that depends on the
 * records beside it, so the bytes of a pack are those of {@link packHeader} and of its records.
 */
export const encodeEvent = (event: AcceptedEvent): string => {
  const plain = fitsAsItIs(event.payload);
  const payload = plain ? event.payload : quote(event.payload);
  const envelope = quote({
    c: event.consultationId,
    i: event.eventId,
    t: event.eventType,
    u: event.userId,
    o: event.occurredAt,
    r: event.receivedAt,
    n: event.requestIndex,
    s: event.segment,
    h: base64url(event.leaf),
    l: payload.length,
    x: plain ? undefined : 1,
  });
  return `${recordMark}${envelope}\n${payload}\n`;
};

/** The body of the message that carries these records, at least one. Not joined: the engine copies what was added once, and what `join` joins twice. */
export const packOf = (records: readonly string[]): string => {
  let body = packHeader;
  for (const record of records) body += record;
  return body;
};
