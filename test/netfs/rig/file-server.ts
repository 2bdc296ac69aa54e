import type { Machine } from './machine.ts';

/** A program that serves one share to several machines. */
export interface FileServer {
  /** Starts its processes; again after they were killed. Resolves when it serves. */
  start(): Promise<void>;
  /** SIGKILL to all of its processes; what it acknowledged as synced is on its disk. */
  kill(): Promise<void>;
  /** Mounts the share on a machine. @param options of the mount, beside its own */
  mount(machine: Machine, folder: string, options?: readonly string[]): Promise<void>;
}

/** A kind of file server, and what the suite knows of it. */
export interface FileServerKind {
  readonly name: string;
  /** @param folder on the server's local disk @param address where the clients find the server. */
  create(machine: Machine, folder: string, address: string): Promise<FileServer>;
}
