import { createEnvironment, type Environment, type EnvironmentOptions } from './environment.ts';

/** Environments of one function; an invocation goes to the one that has least to do. */
export interface EnvironmentPool {
  /** @throws FunctionFailed | EnvironmentEnded | FunctionTimedOut */
  invoke(event: unknown): Promise<unknown>;
  /** The same, always in one and the same environment, for what keeps its state there. */
  invokeFirst(event: unknown): Promise<unknown>;
  metrics(): ReturnType<Environment['metrics']>[];
  /** @returns false when a thread is left that is stuck, see {@link Environment.close} */
  close(): Promise<boolean>;
}

/** @throws RangeError when `size` is less than 1 */
export const createEnvironmentPool = (size: number, options: EnvironmentOptions): EnvironmentPool => {
  const [first, ...others] = Array.from({ length: size }, () => createEnvironment(options));
  if (first === undefined) throw new RangeError('a pool needs at least one environment');
  const all = [first, ...others];
  return {
    invoke: (event) => all.reduce((idlest, each) => (each.running < idlest.running ? each : idlest)).invoke(event),
    invokeFirst: (event) => first.invoke(event),
    metrics: () => all.map((environment) => environment.metrics()),
    close: async () => (await Promise.all(all.map((environment) => environment.close()))).every((ended) => ended),
  };
};
