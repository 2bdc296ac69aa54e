import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createPartWriter } from '../../../shared/store/level0.ts';
import { readPart } from '../../../shared/store/part/read.ts';
import { sealBatches } from '../../sealed/events.ts';
import { bestOf, costOf } from '../../sealed/stages.ts';

/** FOLDER EVENTS: writes events as level-0 parts of 1,000 each, as persist does, reads them, and prints what that took as JSON. */
const [, , folder = '', count = ''] = process.argv;
const batchEvents = 1_000;
const compression = 'gzip-1';

const batches = [...sealBatches(Number(count), batchEvents)];
const writer = createPartWriter({ folder });
// The first part of a process loads the HDF5 library.
await writer.write(batches[0] ?? [], compression);

const written = await costOf(async () => {
  const parts: { readonly path: string; readonly bytes: number }[] = [];
  for (const batch of batches) parts.push(await writer.write(batch, compression));
  return parts;
});
const scanned = await bestOf(async () => {
  let events = 0;
  for (const part of written.result) {
    const file = path.join(folder, part.path);
    events += (await readPart(file, readFileSync(file))).count;
  }
  return events;
});
if (scanned.result !== Number(count)) throw new Error(`${scanned.result} of ${count} events were read`);
const bytes = written.result.reduce((sum, part) => sum + part.bytes, 0);
console.log(JSON.stringify({ events: scanned.result, bytes, writtenMs: written.ms, scannedMs: scanned.ms }));
