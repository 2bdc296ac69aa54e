import path from 'node:path';
import { nodeStoreFiles, type SealFiles, type StoreFiles } from '../../../shared/store/files.ts';
import { median } from '../../measure/quantile.ts';
import type { Medium } from './media.ts';
import { type MediumPorts, modelFiles } from './model-files.ts';

type Files = StoreFiles & SealFiles;

/** One kind of work on the device that is there and on its model. */
export interface CheckRow {
  readonly what: string;
  /** Of each round, in milliseconds. */
  readonly deviceMs: readonly number[];
  readonly modelMs: readonly number[];
}

export interface MediumCheck {
  /** What was measured of the device in each round, and the model was made of. */
  readonly media: readonly Medium[];
  /** Work that the figures were not taken from. */
  readonly rows: readonly CheckRow[];
}

export interface CheckOptions {
  /** On the device. */
  readonly folder: string;
  /** Where the model writes: in memory, best. */
  readonly modelFolder: string;
  readonly rounds: number;
  /** Of everything, in each round. */
  readonly repeats: number;
  readonly ports: MediumPorts;
}

const smallBytes = 1_024;
const largeBytes = 64 * 1_024 * 1_024;
const atOnce = 8;

/** Of what takes long. */
const fewestRepeats = 3;

let lastName = 0;

const timed = async (act: () => Promise<unknown>): Promise<number> => {
  const startMs = performance.now();
  await act();
  return performance.now() - startMs;
};

/** The median of `repeats` measurements, in milliseconds. */
const medianOf = async (repeats: number, measure: () => Promise<number>): Promise<number> => {
  const times: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat++) times.push(await measure());
  return median(times);
};

const write = async (files: Files, folder: string, bytes: Uint8Array): Promise<string> => {
  const file = path.join(folder, `check-${lastName++}`);
  await files.createExclusive(file, bytes);
  return file;
};

/** Of a file that is removed again. */
const timeToWrite = async (folder: string, bytes: Uint8Array): Promise<number> => {
  const startMs = performance.now();
  const file = await write(nodeStoreFiles, folder, bytes);
  const took = performance.now() - startMs;
  await nodeStoreFiles.unlink(file);
  return took;
};

/** As the store publishes a part: a temporary file, its name, the folder, and the temporary name away. */
const publishPart = async (files: Files, folder: string, bytes: Uint8Array): Promise<void> => {
  const temporary = await write(files, folder, bytes);
  await files.link(temporary, `${temporary}.h5`);
  await files.syncFolder(folder);
  await files.unlink(temporary);
};

/** Bytes that no device could make smaller, different each time. */
const bytesOf = (count: number): Uint8Array => {
  const bytes = new Uint8Array(count);
  for (let at = 0; at < count; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  return bytes;
};

/** What a device does, in the figures that a model has. Its bandwidth is that of one large file, less what any sync takes. */
const measureDevice = async ({ folder, repeats }: CheckOptions): Promise<Medium> => {
  const [small, large] = [bytesOf(smallBytes), bytesOf(largeBytes)];
  const syncMs = await medianOf(repeats, () => timeToWrite(folder, small));
  const togetherMs = await medianOf(repeats, () =>
    timed(() => Promise.all(Array.from({ length: atOnce }, () => timeToWrite(folder, small)))),
  );
  const largeMs = await medianOf(fewestRepeats, () => timeToWrite(folder, large));
  const folderSyncMs = await medianOf(repeats, async () => {
    const file = await write(nodeStoreFiles, folder, small);
    await nodeStoreFiles.unlink(file);
    return timed(() => nodeStoreFiles.syncFolder(folder));
  });
  return {
    syncMs,
    folderSyncMs,
    operationsPerSecond: (atOnce * 1_000) / togetherMs,
    megabytesPerSecond: largeBytes / 1e6 / (Math.max(1, largeMs - syncMs) / 1_000),
  };
};

const work: readonly { readonly what: string; readonly act: (files: Files, folder: string) => Promise<unknown> }[] = [
  { what: 'publish a part of 20 kB', act: (files, folder) => publishPart(files, folder, bytesOf(20_000)) },
  { what: 'publish a part of 500 kB', act: (files, folder) => publishPart(files, folder, bytesOf(500_000)) },
  { what: 'publish a part of 10 MB', act: (files, folder) => publishPart(files, folder, bytesOf(10_000_000)) },
  {
    what: 'publish 4 parts of 100 kB at once',
    act: (files, folder) => Promise.all(Array.from({ length: 4 }, () => publishPart(files, folder, bytesOf(100_000)))),
  },
];

/**
 * Measures the device that is there, models one with its figures in memory, and has both do work that the figures were not taken from; in rounds,
 * each with figures of its own, since a device that others use changes.
 */
export const checkMedium = async (options: CheckOptions): Promise<MediumCheck> => {
  const { folder, modelFolder, rounds, repeats, ports } = options;
  const media: Medium[] = [];
  const rows = work.map(({ what }) => ({ what, deviceMs: [] as number[], modelMs: [] as number[] }));
  for (let round = 0; round < rounds; round++) {
    const medium = await measureDevice(options);
    media.push(medium);
    const modelled = modelFiles(nodeStoreFiles, medium, ports);
    for (const [index, { act }] of work.entries()) {
      // In turn, so that what else the machine does hits both.
      const [device, model]: [number[], number[]] = [[], []];
      for (let repeat = 0; repeat < repeats; repeat++) {
        device.push(await timed(() => act(nodeStoreFiles, folder)));
        model.push(await timed(() => act(modelled, modelFolder)));
      }
      rows[index]?.deviceMs.push(median(device));
      rows[index]?.modelMs.push(median(model));
    }
  }
  return { media, rows };
};
