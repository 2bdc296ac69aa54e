import path from 'node:path';
import { defineConfig } from 'vitest/config';

/** The quick suites over the store, which every mutant has to meet. */
export default defineConfig({
  root: path.resolve(import.meta.dirname, '../..'),
  test: {
    include: ['test/{unit,property}/store/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
