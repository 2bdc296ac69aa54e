import type { Clock } from '../../../shared/ports/clock.ts';
import { descendantsOf } from './descendants.ts';
import { identityOf, isAlive, type ProcessIdentity } from './identity.ts';

export interface EndOptions {
  readonly clock: Clock;
  /** How long it may take to end by itself after SIGTERM. */
  readonly graceMs: number;
}

export interface Ended {
  /** False when it had to be killed. */
  readonly gently: boolean;
  /** Processes of its own that outlived it and were killed. */
  readonly orphans: number;
}

const pollMs = 50;
/** Children that see their parent's end end themselves; they get a moment for it. */
const orphanGraceMs = 1_000;

const send = (process_: ProcessIdentity, signal: NodeJS.Signals): void => {
  if (!isAlive(process_)) return;
  try {
    process.kill(process_.pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
};

/** Ends one process and everything that it started; never one that merely got its pid later. */
export const endProcess = async (root: ProcessIdentity, { clock, graceMs }: EndOptions): Promise<Ended> => {
  // Remembered while it lives: what outlives it is nobody's child that we could tell.
  const family = new Map<number, ProcessIdentity>();
  const remember = (): void => {
    for (const pid of descendantsOf(root.pid)) {
      const identity = family.has(pid) ? undefined : identityOf(pid);
      if (identity !== undefined) family.set(pid, identity);
    }
  };
  const waitUntil = async (isDone: () => boolean, timeoutMs: number): Promise<boolean> => {
    const deadlineMs = clock.monotonicMs() + timeoutMs;
    while (!isDone()) {
      if (clock.monotonicMs() >= deadlineMs) return false;
      await clock.sleep(pollMs);
    }
    return true;
  };
  if (isAlive(root)) remember();
  send(root, 'SIGTERM');
  const gently = await waitUntil(() => {
    if (!isAlive(root)) return true;
    remember();
    return false;
  }, graceMs);
  if (!gently) send(root, 'SIGKILL');
  const survivors = (): readonly ProcessIdentity[] => [...family.values()].filter(isAlive);
  await waitUntil(() => survivors().length === 0, orphanGraceMs);
  const orphans = survivors();
  for (const orphan of orphans) send(orphan, 'SIGKILL');
  await waitUntil(() => !isAlive(root) && survivors().length === 0, orphanGraceMs);
  return { gently, orphans: orphans.length };
};
