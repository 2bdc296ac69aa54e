import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/**
 * One project per kind of evidence. `npm test` runs `unit`, `contract` and `property` (no server, no second language);
 * `.ci/run` runs the rest, each of which starts what it needs and fails when it can't.
 */
const project = (name: string, testTimeout: number, fileParallelism = true) => ({
  test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout, hookTimeout: 60_000, fileParallelism },
});

/** Seeds are shared out to files, which run on all cores. */
const simulation = {
  test: {
    ...project('simulation', 1_200_000).test,
    setupFiles: ['test/simulation/rig/one-thread.ts'],
    maxWorkers: availableParallelism(),
    execArgv: ['--max-semi-space-size=16'],
  },
};

export default defineConfig({
  test: {
    projects: [
      project('unit', 20_000),
      project('contract', 60_000),
      project('property', 120_000),
      simulation,
      project('package', 120_000, false),
      project('e2e', 120_000, false),
      project('emulators', 600_000, false),
      project('interop', 300_000, false),
      project('crash', 1_800_000, false),
      project('netfs', 1_800_000, false),
      project('bench', 900_000, false),
      project('tamper', 7_200_000),
    ],
  },
});
