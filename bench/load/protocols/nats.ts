import { randomUUID } from 'node:crypto';
import { openWire, type Wire } from '../connection.ts';
import { onlyEvent, type Protocol } from './protocol.ts';

/** The subject whose messages the peer's stream keeps. */
export const natsSubject = 'fi.events';

/** First words of a connection: no `+OK` after each command, and what is sent to `inbox` comes here. */
export const natsGreeting = (inbox: string): string => `CONNECT {"verbose":false}\r\nSUB ${inbox} 1\r\n`;

export interface NatsMessage {
  readonly end: number;
  /** Undefined of what is no message, such as the server's first words. */
  readonly payload: string | undefined;
}

/** The first whole thing that a server said; payloads as latin1, which JSON of JetStream's own answers is. */
export const cutNats = (pending: string): NatsMessage | undefined => {
  const lineEnd = pending.indexOf('\r\n');
  if (lineEnd < 0) return undefined;
  const line = pending.slice(0, lineEnd);
  if (!line.startsWith('MSG ')) return { end: lineEnd + 2, payload: undefined };
  const start = lineEnd + 2;
  const end = start + Number(line.slice(line.lastIndexOf(' ') + 1));
  return pending.length < end + 2 ? undefined : { end: end + 2, payload: pending.slice(start, end) };
};

const lineBreak = Buffer.from('\r\n');

const wireWith = (inbox: string): Wire => ({
  greeting: natsGreeting(inbox),
  frame: (bytes) => Buffer.concat([Buffer.from(`PUB ${natsSubject} ${inbox} ${bytes.length}\r\n`), bytes, lineBreak]),
  cut: (pending) => {
    const message = cutNats(pending);
    if (message?.payload === undefined) return message && { end: message.end, answer: undefined };
    const status = message.payload.includes('"error"') ? 503 : 202;
    return { end: message.end, answer: { status, body: message.payload } };
  },
});

/** Publishes to JetStream; its acknowledgement, which comes to an inbox of the connection's own, is the answer. */
export const nats: Protocol = {
  request: (events) => Buffer.from(onlyEvent(events).line),
  connect: ({ host, port }, events) => openWire(host, port, wireWith(`_INBOX.${randomUUID()}`), events),
};
