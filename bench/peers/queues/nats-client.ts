import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import { cutNats, natsGreeting } from '../../load/protocols/nats.ts';

/** A connection for what the bench asks JetStream beside the load. */
export interface NatsClient {
  /** Sends to a subject; what answers comes to the inbox. */
  tell(subject: string, message: object): void;
  /** Asks a service, e.g. `$JS.API.STREAM.CREATE.NAME`. @returns its answer, JSON */
  ask(subject: string, question: object): Promise<Readonly<Record<string, unknown>>>;
  readonly inbox: string;
  /** The next payload that comes to the inbox. */
  next(): Promise<string>;
  close(): void;
}

export const connectNats = async (port: number): Promise<NatsClient> => {
  const inbox = `_INBOX.${randomUUID()}`;
  const socket = net.connect({ host: '127.0.0.1', port });
  await once(socket, 'connect');
  socket.write(natsGreeting(inbox));
  const waiting: string[] = [];
  let arrived = Promise.withResolvers<void>();
  let pending = '';
  socket.on('data', (chunk: Buffer) => {
    pending += chunk.toString('latin1');
    for (let cut = cutNats(pending); cut !== undefined; cut = cutNats(pending)) {
      pending = pending.slice(cut.end);
      if (cut.payload !== undefined) waiting.push(cut.payload);
    }
    arrived.resolve();
  });
  socket.once('error', (error) => arrived.reject(error));
  const next = async (): Promise<string> => {
    for (;;) {
      const payload = waiting.shift();
      if (payload !== undefined) return payload;
      arrived = Promise.withResolvers();
      await arrived.promise;
    }
  };
  const tell: NatsClient['tell'] = (subject, message) => {
    const text = JSON.stringify(message);
    socket.write(`PUB ${subject} ${inbox} ${Buffer.byteLength(text)}\r\n${text}\r\n`);
  };
  return {
    inbox,
    next,
    tell,
    ask: async (subject, question) => {
      tell(subject, question);
      return JSON.parse(await next());
    },
    close: () => socket.destroy(),
  };
};
