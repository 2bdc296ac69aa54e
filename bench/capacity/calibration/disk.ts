import path from 'node:path';
import { blockBytes } from '../../../shared/queue/journal/format/layout.ts';
import { nodeJournalFiles } from '../../../shared/queue/journal/node-files.ts';
import { nodeStoreFiles } from '../../../shared/store/files.ts';
import { DurableFolders } from '../../../shared/store/folders.ts';
import { publish } from '../../../shared/store/publish.ts';
import { spectrumOf } from '../../measure/spectrum.ts';
import { latencyValues } from '../../scenarios/latency-metrics.ts';
import type { Metric, Scenario } from '../../scenarios/scenario.ts';

/** Some 20 events of the data set, as one flush has them at 10,000 a second. */
const flushBytes = 4 * blockBytes;
const flushes = 2_000;
const fileBytes = flushBytes * 256;
/** Some 500 events, compressed. */
const partBytes = 64 * 1024;
const parts = 100;

const timed = async (act: () => Promise<unknown>): Promise<number> => {
  const startMs = performance.now();
  await act();
  return performance.now() - startMs;
};

/** Synced writes one after another into a file that is there in full, as the journal makes them. */
const measureFlushes = async (folder: string): Promise<Float64Array> => {
  await nodeJournalFiles.prepareFolder(folder);
  const file = await nodeJournalFiles.create(path.join(folder, 'journal'));
  try {
    await file.writeDurably(new Uint8Array(fileBytes), 0);
    const data = Buffer.alloc(flushBytes, 'event');
    const times = new Float64Array(flushes);
    for (let index = 0; index < flushes; index++) {
      times[index] = await timed(() => file.writeDurably(data, (index * flushBytes) % fileBytes));
    }
    return times.sort();
  } finally {
    await file.close();
  }
};

/** Parts published one after another, by the product's own steps. */
const measureParts = async (store: string): Promise<Float64Array> => {
  const times = new Float64Array(parts);
  const folders = new DurableFolders(nodeStoreFiles, store);
  for (let index = 0; index < parts; index++) {
    const name = `${index}.h5`;
    const file = { store, temporaryName: name, target: `level0/0/${name}`, bytes: Buffer.alloc(partBytes, name) };
    times[index] = await timed(() => publish(nodeStoreFiles, file, folders));
  }
  return times.sort();
};

const time = (what: string): Metric => ({ what, unit: 'ms', better: 'lower' });

/** How long the disk makes both ends of the way wait. */
export const disk: Scenario = {
  name: 'capacity-disk',
  what: 'calibration: synced writes of 16 KiB as the journal makes them, and files of 64 KiB published as parts are',
  metrics: { flushP50Ms: time('a synced write, p50'), publishP50Ms: time('a part published, p50') },
  run: async ({ folder }) => {
    const [flush, part] = [await measureFlushes(`${folder}/queue`), await measureParts(`${folder}/store`)];
    return {
      values: { flushP50Ms: latencyValues(flush).p50Ms, publishP50Ms: latencyValues(part).p50Ms },
      spectra: { flush: spectrumOf(flush), publish: spectrumOf(part) },
      lost: 0,
    };
  },
};
