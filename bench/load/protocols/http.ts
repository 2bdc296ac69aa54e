import { type ConnectionEvents, openWire, type Wire } from '../connection.ts';
import type { Protocol, Target } from './protocol.ts';

/** Where the answer that starts `text` ends; -1 while it is not whole. */
const answerEnd = (text: string): number => {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd < 0) return -1;
  const length = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, headEnd));
  if (length !== null) {
    const end = headEnd + 4 + Number(length[1]);
    return text.length >= end ? end : -1;
  }
  const lastChunk = text.indexOf('\r\n0\r\n\r\n', headEnd);
  return lastChunk < 0 ? -1 : lastChunk + 7;
};

const wire: Wire = {
  cut: (pending) => {
    const end = answerEnd(pending);
    if (end < 0) return undefined;
    const status = Number(pending.slice(9, 12));
    return { end, answer: { status, body: pending.slice(pending.indexOf('\r\n\r\n') + 4, end) } };
  },
};

/** One keep-alive HTTP/1.1 connection. */
export const connectHttp = ({ host, port }: Target, events: ConnectionEvents) => openWire(host, port, wire, events);

/** @param headers each with its `\r\n` */
export const post = ({ host, port }: Target, path: string, headers: string, text: string): Buffer => {
  const body = Buffer.from(text);
  const head = `POST ${path} HTTP/1.1\r\nHost: ${host}:${port}\r\n${headers}Content-Length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
};

/** The product's own API, and whatever else takes the same requests. */
export const http: Protocol = {
  request: (events, target) => {
    const { basePath = '' } = target;
    const single = events.length === 1 ? events[0] : undefined;
    const path =
      single === undefined ? '/events' : `/consultations/${encodeURIComponent(single.consultationId)}/events`;
    const type = single === undefined ? 'application/x-ndjson' : 'application/json';
    const lines = events.map((event) => event.line).join('\n');
    return post(target, `${basePath}${path}`, `Content-Type: ${type}\r\n`, lines);
  },
  connect: connectHttp,
};
