import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProfileResult } from '../../bench/profile/result.ts';
import { stageNames } from '../../bench/profile/stages.ts';
import { allSubjects } from '../../bench/profile/subjects.ts';
import { readRun } from '../../bench/run/read-run.ts';
import { runBenchProgram } from './run-bench-program.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'fi-profile-test-'));
const stores = path.join(folder, 'stores');
afterAll(() => rmSync(folder, { recursive: true }));

let profile: Awaited<ReturnType<typeof runBenchProgram>>;
let result: ProfileResult;
beforeAll(async () => {
  const output = path.join(folder, 'profile');
  profile = await runBenchProgram('profile.ts', ['--quick', '--folder', stores, '--output', output]);
  result = readRun(`${output}.json`, 'fi-events profile', 'npm run bench:profile');
}, 600_000);

/** Stages that no subject of the name can do without, each of many samples: chance must not leave them out. All do file calls. */
const needed = {
  'front-single': ['http', 'poolThreads'],
  'consumer-single': ['hdf5', 'poolThreads'],
  'front-batches': ['http', 'poolThreads'],
  'consumer-batches': ['hdf5', 'poolThreads'],
  persist: ['hdf5', 'poolThreads'],
  seal: ['poolThreads'],
  merge: ['poolThreads'],
  page: ['hdf5', 'poolThreads'],
  verify: ['poolThreads'],
} as const;

describe('npm run bench:profile -- --quick', () => {
  it('ends with 0', () => {
    expect(profile.status).toBe(0);
  });

  it('knows what each subject needs', () => {
    expect(Object.keys(needed)).toEqual(allSubjects.map(({ name }) => name));
  });

  for (const [name, stages] of Object.entries(needed)) {
    it(`finds in ${name} what it does`, () => {
      const [repeat, ...others] = result.subjects.find((subject) => subject.name === name)?.repeats ?? [];
      expect(others).toEqual([]);
      expect(repeat?.events).toBeGreaterThan(0);
      expect(Object.keys(repeat?.stages ?? {})).toEqual([...stageNames]);
      for (const stage of stages) expect(repeat?.stages[stage], stage).toBeGreaterThan(0);
      expect(repeat?.hottest.length).toBeGreaterThan(10);
      expect(profile.output).toContain(`${name}: `);
    });
  }

  it('leaves nothing behind', () => {
    expect(readdirSync(stores)).toEqual([]);
  });
});
