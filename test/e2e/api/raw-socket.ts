import net from 'node:net';
import { eventually } from './eventually.ts';

/** A client that may misbehave: it writes what it likes, whenever it likes. */
export interface RawClient {
  write(text: string): void;
  /** All that came back so far. */
  received(): string;
  /** Waits until the other side has closed the connection, and gives all that came back. */
  closed(): Promise<string>;
  /** Breaks the connection off, with a reset. */
  abort(): void;
}

export const connectRaw = async (port: number): Promise<RawClient> => {
  const socket = net.connect({ host: '127.0.0.1', port });
  let received = '';
  let closed = false;
  socket.on('data', (chunk) => {
    received += chunk.toString();
  });
  socket.on('close', () => {
    closed = true;
  });
  socket.on('error', () => {
    // A reset by the host is one of the ways in which it may close.
    closed = true;
  });
  await new Promise((resolve) => socket.once('connect', resolve));
  return {
    write: (text) => {
      socket.write(text);
    },
    received: () => received,
    closed: () => eventually('the host to close the connection', () => (closed ? received : undefined)),
    abort: () => {
      socket.resetAndDestroy();
    },
  };
};
