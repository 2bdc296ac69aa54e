import type { TestContext } from 'vitest';
import type { Queues } from '../api/dead-letters.ts';
import type { Subject } from './end-to-end.ts';

/** Skips a test that the host under test can't be put to, and leaves the reason where `.ci/run` prints it. */
export const skipBecause = (context: TestContext, reason: string): never => {
  Object.assign(context.task.meta, { skipReason: reason });
  return context.skip(reason);
};

/** The queues of the host; skips the test where they can't be reached. */
export const queuesOf = (context: TestContext, { host, queues }: Subject): Queues =>
  queues ?? skipBecause(context, `the queues of ${host.name} cannot be reached from here`);
