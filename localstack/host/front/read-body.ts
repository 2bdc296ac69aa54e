import type { IncomingMessage } from 'node:http';

export interface BodyListener {
  /** The whole body, as sent. */
  readonly whole: (body: Buffer) => void;
  /** More than the limit was announced or came. The rest still flows and is thrown away. */
  readonly tooLarge: () => void;
  /** The client went away, or was too slow, before all of it was there. */
  readonly aborted: () => void;
}

const empty = Buffer.alloc(0);

export const announcesMoreThan = (request: IncomingMessage, limitBytes: number): boolean =>
  Number(request.headers['content-length'] ?? 0) > limitBytes;

/**
 * Collects a body of up to `limitBytes`, counted as they come. Calls exactly one of the listener's functions.
 * Listeners and not an async iterator: that took a third of the bare front's throughput (20K instead of 31K requests/s).
 */
export const readBody = (request: IncomingMessage, limitBytes: number, listener: BodyListener): void => {
  let first: Buffer | undefined;
  let more: Buffer[] | undefined;
  let receivedBytes = 0;
  let settled = false;

  const refuse = (): void => {
    settled = true;
    first = undefined;
    more = undefined;
    listener.tooLarge();
  };

  request.on('data', (chunk: Buffer) => {
    if (settled) return;
    receivedBytes += chunk.length;
    if (receivedBytes > limitBytes) refuse();
    else if (first === undefined) first = chunk;
    else if (more === undefined) more = [first, chunk];
    else more.push(chunk);
  });
  request.on('end', () => {
    if (settled) return;
    settled = true;
    listener.whole(more === undefined ? (first ?? empty) : Buffer.concat(more, receivedBytes));
  });
  // node:http reports a client that went away in the middle of its request as an error of the request.
  request.on('error', () => {
    if (settled) return;
    settled = true;
    listener.aborted();
  });
  if (announcesMoreThan(request, limitBytes)) refuse();
};
