import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { CpuProfile, ProfileNode, ThreadProfile } from '../../../../bench/profile/cpu-profile.ts';
import { functionTimes } from '../../../../bench/profile/functions.ts';
import { shareOut, threadTimesBetween } from '../../../../bench/profile/share-out.ts';

const repository = path.resolve(import.meta.dirname, '../../../..');
const urlOf = (file: string): string => pathToFileURL(path.join(repository, file)).href;

const node = (id: number, functionName: string, url: string, children: readonly number[] = []): ProfileNode => ({
  id,
  callFrame: { functionName, url, lineNumber: url.startsWith('file:') ? 41 : -1 },
  children,
});

/** The root calls an INGEST function, which calls C++; HDF5's glue calls WebAssembly; the rest is V8's. */
const nodes = [
  node(1, '(root)', '', [2, 4, 6, 7, 8]),
  node(2, 'parseEvent', urlOf('shared/stages/ingest.ts'), [3]),
  node(3, 'parse', ''),
  node(4, '_H5Dread', urlOf('node_modules/h5wasm/dist/esm/hdf5_util.js'), [5]),
  node(5, 'wasm-function[88]', 'wasm://wasm/00ad0bc6'),
  node(6, '(garbage collector)', ''),
  node(7, '(program)', ''),
  node(8, '(idle)', ''),
];

/** A sample every 10 µs from 1,010 on. */
const profileOf = (samples: readonly number[]): CpuProfile => ({
  nodes,
  startTime: 1_000,
  samples: [...samples, 8],
  timeDeltas: Array.from({ length: samples.length + 1 }, () => 10),
});
const always = { startUs: 0, endUs: 10_000 };

describe('functions of a profile', () => {
  it('counts what has no file for who called it', () => {
    expect(functionTimes(profileOf([2, 3, 3, 4, 5]), always)).toEqual([
      { name: 'parseEvent', place: 'shared/stages/ingest.ts:42', stage: 'ingest', us: 10 },
      { name: 'parse', place: 'shared/stages/ingest.ts', stage: 'ingest', us: 20 },
      { name: '_H5Dread', place: 'node_modules/h5wasm/dist/esm/hdf5_util.js:42', stage: 'hdf5', us: 10 },
      { name: 'WebAssembly', place: 'node_modules/h5wasm/dist/esm/hdf5_util.js', stage: 'hdf5', us: 10 },
    ]);
  });

  it('tells garbage collection and Node itself, and leaves out idle time', () => {
    const found = functionTimes(profileOf([6, 7, 7, 8, 8, 8]), always);
    expect(found.map(({ stage, us }) => [stage, us])).toEqual([
      ['garbage', 10],
      ['node', 20],
    ]);
  });

  it('counts samples of the span alone', () => {
    const found = functionTimes(profileOf([2, 2, 3, 3, 6]), { startUs: 1_020, endUs: 1_050 });
    expect(found.map(({ name, us }) => [name, us])).toEqual([
      ['parseEvent', 10],
      ['parse', 20],
    ]);
  });
});

const profile = (threadId: number, samples: readonly number[]): ThreadProfile => ({
  pid: 7,
  threadId,
  profile: profileOf(samples),
});

describe('sharing out', () => {
  it("deals out what each thread had by that thread's samples", () => {
    const threads = [
      { id: '100', name: 'persist', us: 400 },
      { id: '99', name: 'MainThread', us: 1_000 },
      { id: '101', name: 'V8Worker', us: 50 },
      { id: '102', name: 'libuv-worker', us: 30 },
      { id: '103', name: 'libuv-worker', us: 40 },
      { id: '104', name: 'v8:ProfEvntProc', us: 900 },
      { id: '105', name: 'SignalInspector', us: 900 },
    ];
    const { stages, functions } = shareOut(threads, [profile(1, [5, 5, 6, 6]), profile(0, [2, 2, 2, 7])], always);
    expect(stages).toMatchObject({ ingest: 750, node: 250, hdf5: 200, garbage: 200, v8Threads: 50, poolThreads: 70 });
    expect(Object.values(stages).reduce((sum, us) => sum + us, 0)).toBe(1_520);
    expect(functions).toContainEqual({
      name: 'parseEvent',
      place: 'shared/stages/ingest.ts:42',
      stage: 'ingest',
      us: 750,
    });
  });

  it('refuses threads whose profiles are not there', () => {
    const threads = [{ id: '99', name: 'MainThread', us: 1_000 }];
    expect(() => shareOut(threads, [], always)).toThrow('0 profiles were written for 1 threads (MainThread)');
  });

  it('counts a thread from when it is first seen', () => {
    const before = [{ id: '1', name: 'MainThread', us: 100 }];
    const after = [
      { id: '1', name: 'MainThread', us: 150 },
      { id: '2', name: 'persist', us: 30 },
    ];
    expect(threadTimesBetween(before, after).map(({ us }) => us)).toEqual([50, 30]);
  });
});
