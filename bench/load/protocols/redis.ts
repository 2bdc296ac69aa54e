import { openWire, type Wire } from '../connection.ts';
import { onlyEvent, type Protocol } from './protocol.ts';

/** The report's own. */
export const redisStream = 'fi:events';

/** A command in Redis's protocol (RESP 2). */
export const redisCommand = (...words: readonly string[]): string =>
  `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;

/** Answers of XADD: the new entry's id as a bulk string, or an error in one line. */
const wire: Wire = {
  cut: (pending) => {
    const lineEnd = pending.indexOf('\r\n');
    if (lineEnd < 0) return undefined;
    if (!pending.startsWith('$')) return { end: lineEnd + 2, answer: { status: 503, body: pending.slice(1, lineEnd) } };
    const end = lineEnd + 2 + Number(pending.slice(1, lineEnd)) + 2;
    return pending.length < end
      ? undefined
      : { end, answer: { status: 202, body: pending.slice(lineEnd + 2, end - 2) } };
  },
};

/** XADD with the two fields that the report's API gives an entry. */
export const redis: Protocol = {
  request: (events) => {
    const { consultationId, line } = onlyEvent(events);
    const fields = ['consultation_id', consultationId, 'event_json', line];
    return Buffer.from(redisCommand('XADD', redisStream, '*', ...fields));
  },
  connect: ({ host, port }, events) => openWire(host, port, wire, events),
};
