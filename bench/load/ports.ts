import type { Connection, ConnectionEvents } from './connection.ts';
import type { Protocol, Target } from './protocols/protocol.ts';

/** What the generator has of the world; a test can give it a simulated one. */
export interface LoadPorts {
  /** Never goes back; its zero is any. */
  nowMs(): number;
  after(delayMs: number, act: () => void): void;
  /** @returns what ends it */
  every(intervalMs: number, act: () => void): () => void;
  connect(protocol: Protocol, target: Target, events: ConnectionEvents): Connection;
}

export const systemPorts: LoadPorts = {
  nowMs: () => performance.now(),
  after: (delayMs, act) => {
    setTimeout(act, delayMs);
  },
  every: (intervalMs, act) => {
    const timer = setInterval(act, intervalMs);
    return () => clearInterval(timer);
  },
  connect: (protocol, target, events) => protocol.connect(target, events),
};
