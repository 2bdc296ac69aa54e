import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { isMedium, type Medium, mediumNames, mediumOf } from '../../../../bench/tune/media/media.ts';
import { type MediumPorts, modelFiles } from '../../../../bench/tune/media/model-files.ts';
import { environmentOf } from '../../../../bench/tune/media/modelled-medium.ts';
import { createPipe } from '../../../../bench/tune/media/pipe.ts';
import type { SealFiles, StoreFiles } from '../../../../shared/store/files.ts';

/** Time that passes only while somebody sleeps; whoever sleeps wakes up when all others sleep longer. */
const simulatedPorts = (lateMs = 0): MediumPorts & { readonly slept: number[] } => {
  let nowMs = 1_000;
  const sleepers: { readonly atMs: number; readonly wake: () => void }[] = [];
  const slept: number[] = [];
  const wakeNext = (): void => {
    sleepers.sort((left, right) => left.atMs - right.atMs);
    const next = sleepers.shift();
    if (next === undefined) return;
    nowMs = Math.max(nowMs, next.atMs);
    next.wake();
  };
  return {
    slept,
    nowMs: () => nowMs,
    sleep: (ms) =>
      new Promise((resolve) => {
        slept.push(ms);
        sleepers.push({ atMs: nowMs + ms + lateMs, wake: resolve });
        setImmediate(wakeNext);
      }),
    device: createPipe(new BigInt64Array(1)),
    network: createPipe(new BigInt64Array(1)),
  };
};

/** Files that take no time, and none of them is there. */
const instantFiles: StoreFiles & SealFiles = {
  read: async () => new Uint8Array(1_000_000),
  list: async () => [],
  openRanges: async () => ({ bytes: 0, read: async (_, length) => Buffer.alloc(length), close: async () => {} }),
  createExclusive: async () => {},
  createExclusiveFrom: async (_, pieces) => {
    for await (const _ of pieces);
  },
  link: async () => {},
  unlink: async () => {
    throw Object.assign(new Error('not there'), { code: 'ENOENT' });
  },
  rename: async () => {},
  makeFolder: async () => {},
  removeFolder: async () => {},
  syncFolder: async () => {},
  modifiedAtMs: async () => 0,
  freeBytes: async () => 0,
};

const disk: Medium = { syncMs: 10, operationsPerSecond: 100, megabytesPerSecond: 100 };
const flash: Medium = { syncMs: 2, operationsPerSecond: 50_000, megabytesPerSecond: 500 };
const remote: Medium = { ...flash, network: { roundTripMs: 1, megabytesPerSecond: 125 } };
const megabyte = new Uint8Array(1_000_000);

const took = async (medium: Medium, act: (files: StoreFiles & SealFiles) => Promise<unknown>): Promise<number> => {
  const ports = simulatedPorts();
  const startMs = ports.nowMs();
  await act(modelFiles(instantFiles, medium, ports));
  return Number((ports.nowMs() - startMs).toFixed(3));
};

it('a synced write takes as long as its sync and its bytes', async () => {
  expect(await took(disk, (files) => files.createExclusive('a', new Uint8Array(1)))).toBeCloseTo(10, 2);
  expect(await took(disk, (files) => files.createExclusive('a', megabyte))).toBeCloseTo(20, 2);
  expect(await took(flash, (files) => files.createExclusive('a', megabyte))).toBeCloseTo(4, 2);
  const pieces = async function* () {
    yield megabyte;
    yield megabyte;
  };
  expect(await took(flash, (files) => files.createExclusiveFrom('a', pieces()))).toBeCloseTo(6, 2);
});

it('on a device here names are free until their folder is synced, and what is read lies in a cache', async () => {
  expect(await took(disk, (files) => files.link('a', 'b'))).toBe(0);
  expect(await took(disk, (files) => files.syncFolder('.'))).toBe(10);
  expect(await took({ ...flash, folderSyncMs: 7 }, (files) => files.syncFolder('.'))).toBe(7);
  expect(await took(disk, (files) => files.read('a'))).toBe(0);
});

it('over a network each change of a name is a round trip and a sync, and what is read goes over the cable', async () => {
  expect(await took(remote, (files) => files.link('a', 'b'))).toBe(3);
  expect(await took(remote, (files) => files.syncFolder('.'))).toBe(1);
  expect(await took(remote, (files) => files.read('a'))).toBe(9);
  // 8 ms on the cable, three round trips, 2 ms to be written and 2 to be safe.
  expect(await took(remote, (files) => files.createExclusive('a', megabyte))).toBe(15);
  expect(await took(remote, async (files) => (await files.openRanges('a')).read(0, 1_000_000))).toBe(10);
});

it('a device with one head takes one write after another, one with many does most of them at once', async () => {
  const four = (files: StoreFiles): Promise<unknown> =>
    Promise.all(['a', 'b', 'c', 'd'].map((name) => files.createExclusive(name, new Uint8Array(1))));
  expect(await took(disk, four)).toBeCloseTo(40, 2);
  expect(await took(flash, four)).toBeCloseTo(2.06, 2);
});

it('what is slept too long is made up for, so that many short waits take as long as they should', async () => {
  const ports = simulatedPorts(0.9);
  const files = modelFiles(instantFiles, { ...flash, syncMs: 0.5 }, ports);
  const startMs = ports.nowMs();
  for (let count = 0; count < 100; count++) await files.syncFolder('.');
  expect(ports.nowMs() - startMs).toBeGreaterThan(49);
  expect(ports.nowMs() - startMs).toBeLessThan(52);
});

it('an error of the call comes through, at once', async () => {
  const ports = simulatedPorts();
  await expect(modelFiles(instantFiles, remote, ports).unlink('a')).rejects.toMatchObject({ code: 'ENOENT' });
  expect(ports.slept).toEqual([]);
});

it('there are the devices of the report, alone and behind each network', () => {
  expect(mediumNames).toHaveLength(9);
  expect(mediumOf('hdd')).toEqual({ syncMs: 10, operationsPerSecond: 100, megabytesPerSecond: 150 });
  expect(mediumOf('nvme-10gbe')).toMatchObject({ syncMs: 0.5, network: { megabytesPerSecond: 1_250 } });
  expect(isMedium('tape')).toBe(false);
  expect(() => mediumOf('tape')).toThrow(/no medium tape/);
});

it('a process that was told so models the medium in all of its threads, and its code does not know', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'fi-tune-medium-'));
  try {
    const program = new URL('./write-in-threads.ts', import.meta.url).pathname;
    const slow = { syncMs: 300, operationsPerSecond: 10, megabytesPerSecond: 100 };
    const { stdout } = await promisify(execFile)(process.execPath, [program, folder], {
      env: { ...process.env, ...environmentOf(slow) },
    });
    const [first, second] = JSON.parse(stdout) as [number, number];
    expect(first).toBeGreaterThan(295);
    expect(second).toBeGreaterThan(295);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
