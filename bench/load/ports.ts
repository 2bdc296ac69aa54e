import { type Connection, type ConnectionEvents, openConnection } from './connection.ts';

/** What the generator has of the world; a test can give it a simulated one. */
export interface LoadPorts {
  /** Never goes back; its zero is any. */
  nowMs(): number;
  after(delayMs: number, act: () => void): void;
  /** @returns what ends it */
  every(intervalMs: number, act: () => void): () => void;
  connect(host: string, port: number, events: ConnectionEvents, secure?: boolean): Connection;
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
  connect: openConnection,
};
