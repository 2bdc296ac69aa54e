import { createHash } from 'node:crypto';
import path from 'node:path';
import { RunDamaged } from '../../domain/errors.ts';
import type { RangeReading } from '../files.ts';
import { RunBuilder } from './build.ts';
import { layoutOf, pageBytes } from './layout.ts';
import { readOffset } from './record.ts';
import { type RunRef, runIdOf } from './run.ts';
import { RunScan } from './scan.ts';

/** Lays the records of a run out anew. */
async function* laidOutAnew(scan: RunScan, builder: RunBuilder): AsyncGenerator<Buffer> {
  do {
    do builder.add(scan.bytes, scan.at, readOffset(scan.bytes, scan.at));
    while (scan.advance());
    yield* builder.take();
  } while (await scan.fill());
  builder.finish();
  yield* builder.take();
}

const compare = async (files: RangeReading, store: string, run: RunRef, scan: RunScan): Promise<void> => {
  const file = await files.openRanges(path.join(store, run.path));
  const sha256 = createHash('sha256');
  let offset = 0;
  try {
    for await (const expected of laidOutAnew(scan, new RunBuilder(runIdOf(run.path)))) {
      const found = await file.read(offset, expected.length);
      if (!expected.equals(found)) {
        const differs = expected.findIndex((byte, index) => byte !== found[index]);
        throw new RunDamaged(run.path, Math.floor((offset + differs) / pageBytes), 'it is not as it was written');
      }
      sha256.update(found);
      offset += found.length;
    }
    const more = await file.read(offset, 1);
    const { pages } = layoutOf(run.entries);
    if (more.length > 0 || offset !== run.bytes)
      throw new RunDamaged(run.path, pages, 'the file goes on after its end');
  } finally {
    await file.close();
  }
  if (run.sha256 !== undefined && sha256.digest('hex') !== run.sha256) {
    throw new RunDamaged(run.path, 0, 'the file is whole, and not the one that the commit names');
  }
};

/**
 * Compares every byte of a run with what its records make it, and all of it with the hash that a commit has of it.
 * @throws RunDamaged naming the first page that differs, and the system's errors.
 */
export const checkRun = async (files: RangeReading, store: string, run: RunRef): Promise<void> => {
  const scan = await RunScan.open(files, store, run);
  try {
    await compare(files, store, run, scan);
  } finally {
    await scan.close();
  }
};
