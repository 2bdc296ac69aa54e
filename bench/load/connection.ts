import net from 'node:net';
import tls from 'node:tls';

/** What the generator wants to know of an answer. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** One keep-alive HTTP/1.1 connection that carries one request at a time. */
export interface Connection {
  /** Sends the bytes of one whole request; `bytes` must stay unchanged until the answer. */
  send(bytes: Buffer): void;
  close(): void;
}

export interface ConnectionEvents {
  onReady(): void;
  onAnswer(answer: Answer): void;
  /** The connection ended or could not be made; nothing follows. */
  onLost(): void;
}

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

/**
 * Opens a connection on plain sockets: an HTTP client library takes more time per request than the server under test,
 * and on shared cores it would measure itself.
 */
export const openConnection = (host: string, port: number, events: ConnectionEvents, secure = false): Connection => {
  let pending = '';
  let lost = false;
  const onBytes = (count: number, buffer: Uint8Array): boolean => {
    pending += Buffer.from(buffer.buffer, buffer.byteOffset, count).toString('latin1');
    const end = answerEnd(pending);
    if (end < 0) return true;
    const answer = { status: Number(pending.slice(9, 12)), body: pending.slice(pending.indexOf('\r\n\r\n') + 4, end) };
    pending = pending.slice(end);
    events.onAnswer(answer);
    return true;
  };
  const socket = secure
    ? tls.connect({ host, port, servername: net.isIP(host) === 0 ? host : '' })
    : net.connect({ host, port, noDelay: true, onread: { buffer: Buffer.alloc(65_536), callback: onBytes } });
  if (secure) socket.on('data', (bytes: Buffer) => onBytes(bytes.length, bytes));
  const lose = (): void => {
    if (lost) return;
    lost = true;
    socket.destroy();
    events.onLost();
  };
  socket.once(secure ? 'secureConnect' : 'connect', () => events.onReady());
  socket.on('error', lose);
  socket.on('close', lose);
  socket.on('end', lose);
  return {
    send: (bytes) => {
      socket.write(bytes);
    },
    close: () => {
      lost = true;
      socket.destroy();
    },
  };
};
