import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { LoadPlan, LoadResult } from './plan.ts';

/** A run under way. */
export interface RunningLoad {
  readonly pid: number | undefined;
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
  const result = new Promise<LoadResult>((resolve, reject) => {
    child.once('message', (message) => resolve(message as LoadResult));
    child.once('exit', (code) => reject(new Error(`the load generator ended with ${code} before its result`)));
    child.once('error', reject);
  });
  child.send(plan);
  return { pid: child.pid, stop: () => child.send('stop'), result };
};

/** Runs a plan to its end. */
export const runLoad = (plan: LoadPlan): Promise<LoadResult> => startLoad(plan).result;
