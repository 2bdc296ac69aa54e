import { createRequire } from 'node:module';
import path from 'node:path';
import { onlyEvent, type Protocol } from './protocol.ts';

/** What is used of the package `zeromq`. */
interface PushSocket {
  connect(address: string): void;
  send(message: Buffer): Promise<void>;
  close(): void;
}
interface ZeroMq {
  readonly Push: new (options: { readonly linger: number }) => PushSocket;
}

/** The library is no dependency of ours: it is installed where it is measured. */
const libraryIn = (folder: string): ZeroMq => createRequire(path.join(folder, 'package.json'))('zeromq');

/**
 * A PUSH socket of the library in the folder `basePath`. ZeroMQ acknowledges nothing: the answer is that the library has taken the message
 * into its own buffer, which is all that a sender is ever told.
 */
export const zeromq: Protocol = {
  request: (events) => Buffer.from(onlyEvent(events).line),
  connect: ({ host, port, basePath = '' }, { onReady, onAnswer }) => {
    const { Push } = libraryIn(basePath);
    const socket = new Push({ linger: 0 });
    socket.connect(`tcp://${host}:${port}`);
    setImmediate(onReady);
    let closed = false;
    const answer = (status: number, body: string): void => {
      if (!closed) onAnswer({ status, body });
    };
    return {
      send: (bytes) => {
        // It keeps the buffer that it is given; the generator writes its own again. In a turn of its own, so that timers get theirs.
        socket
          .send(Buffer.from(bytes))
          .then(() => setImmediate(answer, 202, ''))
          .catch((error: unknown) => answer(503, String(error)));
      },
      close: () => {
        closed = true;
        socket.close();
      },
    };
  },
};
