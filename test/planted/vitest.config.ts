import { availableParallelism } from 'node:os';
import path from 'node:path';
import { defineConfig } from 'vitest/config';
import { plantedBugs } from './bugs.ts';
import { plant } from './plant.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** A project for each bug, each with code of its own: the same histories, run on a store with one mistake in it. */
export default defineConfig({
  root,
  test: {
    // What a bug leaves running is no concern of the run that caught it.
    dangerouslyIgnoreUnhandledErrors: true,
    projects: plantedBugs.map((bug) => ({
      root,
      plugins: [plant(bug)],
      test: {
        name: bug.name,
        include: ['test/planted/caught.test.ts'],
        setupFiles: ['test/simulation/rig/one-thread.ts'],
        env: { FI_TEST_PLANTED: bug.name },
        testTimeout: 3_600_000,
        hookTimeout: 60_000,
        maxWorkers: availableParallelism(),
      },
    })),
  },
});
