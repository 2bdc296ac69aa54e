import type { LoadPlan } from '../load/plan.ts';
import type { LoadRun } from '../load/run-loads.ts';

/** What a server is started with. */
export interface PeerStart {
  /** Where it keeps what it has; the same again after a kill. */
  readonly folder: string;
  /** The most that it may hold, in bytes, where it can be told that; without it its own default. */
  readonly limitBytes?: number;
}

/** Something that takes events, beside which ours is measured: a queue or a whole service. */
export interface Peer {
  readonly name: string;
  readonly what: string;
  /** Installs what it needs, once. @throws Skipped where that is not to be had here */
  prepare(): Promise<void>;
  /** Starts it on the loopback and waits until it takes events. */
  start(options: PeerStart): Promise<RunningPeer>;
}

export interface RunningPeer {
  /** Its first processes; what these started belongs to it, too. */
  readonly pids: readonly number[];
  /** Where the generator offers its load, and how. */
  readonly target: Pick<LoadPlan, 'host' | 'port' | 'basePath' | 'protocol'>;
  /** Waits until it has done what it still has to do with the events that it accepted. */
  settle(): Promise<void>;
  /** The durability probe: how many of the accepted events it has not. */
  missing(runs: readonly LoadRun[]): Promise<number>;
  /** SIGKILL to all its processes at once; resolves when they are gone. */
  kill(): Promise<void>;
  /** Ends it; nothing of it runs afterwards. */
  stop(): Promise<void>;
}
