import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** One of the 10,000 events, with the parts that a client or a comparison needs, cut out of its line of text. */
export interface SourceEvent {
  /** The event as compact JSON, payload last: exactly what is posted. */
  readonly line: string;
  readonly eventId: string;
  readonly consultationId: string;
  readonly eventType: string;
  readonly occurredAt: string;
  readonly userId: string;
  /** The payload's text as it stands in the line. */
  readonly payload: string;
}

/**
 * The lines are written by one generator with its members in this order, so a pattern cuts the payload out
 * without any JSON parser: what the product answers is compared with text that no code of the product has touched.
 */
const linePattern =
  /^\{"event_id":"([^"]+)","consultation_id":"([^"]+)","event_type":"([^"]+)","occurred_at":"([^"]+)","user_id":"([^"]+)","payload":(\{.*\})\}$/u;

const parseLine = (line: string): SourceEvent => {
  const match = linePattern.exec(line);
  if (match === null) throw new Error(`not a line of the data set: ${line.slice(0, 120)}`);
  const [, eventId = '', consultationId = '', eventType = '', occurredAt = '', userId = '', payload = ''] = match;
  return { line, eventId, consultationId, eventType, occurredAt, userId, payload };
};

/** The 10,000 realistic consultation events (Spanish and English, 200 to 1,500 bytes of text, skewed over consultations). */
export const readSourceEvents = (): readonly SourceEvent[] => {
  const packed = readFileSync(new URL('../data/events-10k.ndjson.gz', import.meta.url));
  return gunzipSync(packed).toString('utf8').trimEnd().split('\n').map(parseLine);
};
