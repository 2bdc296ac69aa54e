import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { GeneratorMessage, LoadPlan, LoadResult } from './plan.ts';

/** A run under way. */
export interface RunningLoad {
  readonly pid: number | undefined;
  /** Resolves when the plan's `underWayRequests` have been accepted, or the run ended before that. */
  readonly underWay: Promise<void>;
  /** Starts no further requests; `result` follows when those on the wire are answered. */
  stop(): void;
  readonly result: Promise<LoadResult>;
}

/** Starts the generator in a process of its own, so that its work never delays the one that measures or starts hosts. */
export const startLoad = (plan: LoadPlan): RunningLoad => {
  const child = fork(fileURLToPath(new URL('./generator-process.ts', import.meta.url)), {
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const { promise: underWay, resolve: isUnderWay } = Promise.withResolvers<void>();
  const result = new Promise<LoadResult>((resolve, reject) => {
    child.on('message', (message: GeneratorMessage) => {
      isUnderWay();
      if (message.kind === 'ended') resolve(message.result);
    });
    child.once('exit', (code) => {
      isUnderWay();
      reject(new Error(`the load generator ended with ${code} before its result`));
    });
    child.once('error', reject);
  });
  child.send(plan);
  return {
    pid: child.pid,
    underWay,
    stop: () => {
      if (child.connected) child.send('stop');
    },
    result,
  };
};

/** Runs a plan to its end. */
export const runLoad = (plan: LoadPlan): Promise<LoadResult> => startLoad(plan).result;
