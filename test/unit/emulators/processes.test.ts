import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { descendantsIn, descendantsOf } from '../../../localstack/emulators/process/descendants.ts';
import { endProcess } from '../../../localstack/emulators/process/end-process.ts';
import { identityOf, isAlive, type ProcessIdentity } from '../../../localstack/emulators/process/identity.ts';
import { readRecord, removeRecord, writeRecord } from '../../../localstack/emulators/process/record.ts';
import { parseStat } from '../../../localstack/emulators/process/stat.ts';
import { systemClock } from '../../../shared/ports/clock.ts';

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

/** Runs a script that says when it is ready, after it started what it starts. */
const run = async (script: string): Promise<ProcessIdentity> => {
  const child = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  started.push(child);
  await once(child.stdout, 'data');
  const identity = identityOf(child.pid ?? 0);
  if (identity === undefined) throw new Error('it ended at once');
  return identity;
};

const only = (pids: readonly number[]): ProcessIdentity => {
  expect(pids).toHaveLength(1);
  const identity = identityOf(pids[0] ?? 0);
  if (identity === undefined) throw new Error('gone');
  return identity;
};

describe('a process', () => {
  it('is read from /proc, whatever is in its name', () => {
    const fields = ['S', '17', ...Array.from({ length: 17 }, () => '0'), '135672', '0'].join(' ');
    expect(parseStat(`4711 (a ) (b c) ${fields}`)).toEqual({
      pid: 4711,
      parentPid: 17,
      state: 'S',
      startTicks: 135672,
    });
  });

  it('is another one when its pid is given again', () => {
    const self = identityOf(process.pid);
    if (self === undefined) throw new Error('this process runs');
    expect(isAlive(self)).toBe(true);
    expect(isAlive({ ...self, startTicks: self.startTicks - 1 })).toBe(false);
    expect(isAlive({ ...self, bootId: 'an earlier boot' })).toBe(false);
  });

  it('has children, and their children', () => {
    const stat = (pid: number, parentPid: number) => ({ pid, parentPid, state: 'S', startTicks: 1 });
    const table = [stat(1, 0), stat(10, 1), stat(11, 10), stat(12, 10), stat(13, 12), stat(20, 1)];
    expect([...descendantsIn(table, 10)].sort()).toEqual([11, 12, 13]);
    expect(descendantsIn(table, 99)).toEqual([]);
  });
});

describe('ending a process', () => {
  it('takes what it started with it, also what ignores its parent', async () => {
    const root = await run('setsid sleep 600 & echo ready; wait');
    const child = only(descendantsOf(root.pid));
    const ended = await endProcess(root, { clock: systemClock, graceMs: 5_000 });
    expect(ended).toEqual({ gently: true, orphans: 1 });
    expect([isAlive(root), isAlive(child)]).toEqual([false, false]);
  });

  it('kills what does not end by itself', async () => {
    const root = await run('trap "" TERM; echo ready; while :; do sleep 600; done');
    const ended = await endProcess(root, { clock: systemClock, graceMs: 100 });
    expect(ended.gently).toBe(false);
    expect(isAlive(root)).toBe(false);
  });

  it('leaves alone who merely has its pid', async () => {
    const stranger = await run('echo ready; exec sleep 600');
    await endProcess({ ...stranger, startTicks: stranger.startTicks - 1 }, { clock: systemClock, graceMs: 100 });
    expect(isAlive(stranger)).toBe(true);
  });
});

describe('the record of a start', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'fi-record-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const record = {
    process: { pid: 4711, startTicks: 12, bootId: 'b' },
    port: 4566,
    storeDir: '/s',
    keysFile: '/k',
    signingKeyFile: '/l',
    keyStoreDir: '/e',
    masterKeyFile: '/m',
    mounted: true,
  };

  it('is read as it was written, until it is removed', () => {
    const state = path.join(folder, 'made/by/writing');
    expect(readRecord(state)).toBeUndefined();
    writeRecord(state, record);
    expect(readRecord(state)).toEqual(record);
    removeRecord(state);
    removeRecord(state);
    expect(readRecord(state)).toBeUndefined();
  });

  it('that is damaged is none', () => {
    for (const text of ['', '{', 'null', '{"process":{}}']) {
      writeFileSync(path.join(folder, 'running.json'), text);
      expect(readRecord(folder)).toBeUndefined();
    }
  });
});
