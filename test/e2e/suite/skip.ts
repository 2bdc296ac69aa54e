import type { TestContext } from 'vitest';

/** Skips a test that the host under test can't be put to, and leaves the reason where `.ci/run` prints it. */
export const skipBecause = (context: TestContext, reason: string): never => {
  Object.assign(context.task.meta, { skipReason: reason });
  return context.skip(reason);
};
