import net from 'node:net';

/** What the generator wants to know of an answer. */
export interface Answer {
  /** As HTTP has it: 202 when the target has taken the request's events. */
  readonly status: number;
  readonly body: string;
}

/** A keep-alive connection that carries one request at a time. */
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

/** The first whole message of what came: where it ends, and what it answers; undefined where it is no answer. */
export interface Cut {
  readonly end: number;
  readonly answer: Answer | undefined;
}

/** What is said on a socket. */
export interface Wire {
  /** Undefined while no message is whole. */
  cut(pending: string): Cut | undefined;
  /** Sent first. */
  readonly greeting?: string;
  /** What goes around the bytes of a request. */
  frame?(bytes: Buffer): Buffer;
}

/**
 * Opens a connection on plain sockets: a client library takes more time per request than the server under test, and on shared cores it
 * would measure itself.
 */
export const openWire = (host: string, port: number, wire: Wire, events: ConnectionEvents): Connection => {
  let pending = '';
  let lost = false;
  const onBytes = (count: number, buffer: Uint8Array): boolean => {
    pending += Buffer.from(buffer.buffer, buffer.byteOffset, count).toString('latin1');
    for (let cut = wire.cut(pending); cut !== undefined; cut = wire.cut(pending)) {
      pending = pending.slice(cut.end);
      if (cut.answer !== undefined) events.onAnswer(cut.answer);
    }
    return true;
  };
  const socket = net.connect({
    host,
    port,
    noDelay: true,
    onread: { buffer: Buffer.alloc(65_536), callback: onBytes },
  });
  const lose = (): void => {
    if (lost) return;
    lost = true;
    socket.destroy();
    events.onLost();
  };
  socket.once('connect', () => {
    if (wire.greeting !== undefined) socket.write(wire.greeting);
    events.onReady();
  });
  socket.on('error', lose);
  socket.on('close', lose);
  socket.on('end', lose);
  return {
    send: (bytes) => {
      socket.write(wire.frame === undefined ? bytes : wire.frame(bytes));
    },
    close: () => {
      lost = true;
      socket.destroy();
    },
  };
};
