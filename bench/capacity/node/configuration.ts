import type { Arrival } from '../../load/plan.ts';

/** The arrivals that the model knows; a demand that varies is asked for at its peak. */
export type SteadyArrival = Exclude<Arrival, { readonly kind: 'varying' }>;

/** What is sent, and how. */
export interface NodeLoad {
  readonly arrival: SteadyArrival;
  /** Of all hosts together. */
  readonly connections: number;
  readonly eventsPerRequest: number;
}

/** What one of several hosts has of a load. */
export const shareOfLoad = (load: NodeLoad, hosts: number): NodeLoad => {
  const { arrival } = load;
  return {
    ...load,
    connections: Math.max(1, Math.round(load.connections / hosts)),
    arrival:
      arrival.kind === 'closed' ? arrival : { kind: 'constant', requestsPerSecond: arrival.requestsPerSecond / hosts },
  };
};

/** The settings of a node that its capacity depends on, by what they are called in the README. */
export interface NodeSettings {
  /** Hosts (`npm start`) on the node: each has a front, a queue and a consumer of its own; they share the store. */
  readonly hosts: number;
  /** `FI_PERSIST_CONCURRENCY`: threads of each host that write parts. */
  readonly workers: number;
  /** `FI_BATCH_SIZE`, messages. */
  readonly batchMessages: number;
  /** `FI_BATCH_WINDOW_MS`. */
  readonly batchWindowMs: number;
  /** `FI_PACK_BYTES`. */
  readonly packBytes: number;
  /** `FI_SEAL_AGE_MS`, and `FI_SEAL_PARTS`. */
  readonly sealAgeMs: number;
  readonly sealParts: number;
}

/** The machine, and who else uses it. */
export interface Surroundings {
  readonly processors: number;
  /** Share (0 to 1) of all processors that other programs take. */
  readonly othersShare: number;
  /** Whether the load generator has its processor time from the same machine, as in a bench. */
  readonly generatorIsLocal: boolean;
}

/** A machine of its own for the node, whose clients are elsewhere. */
export const alone = (processors: number): Surroundings => ({
  processors,
  othersShare: 0,
  generatorIsLocal: false,
});

export interface NodeConfiguration {
  readonly load: NodeLoad;
  readonly settings: NodeSettings;
  readonly surroundings: Surroundings;
}
