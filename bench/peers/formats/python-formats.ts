import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readSourceEvents } from '../../load/source-events.ts';
import type { Contender } from '../comparison.ts';
import { peersPython } from '../tools/python.ts';
import { type Files, formatValues } from './format-values.ts';

const program = fileURLToPath(new URL('../report-stack/formats.py', import.meta.url));

const pythonFormat = (name: string, what: string): Contender => ({
  name,
  what,
  prepare: async () => {
    await peersPython();
  },
  measure: async (folder) => {
    const source = path.join(folder, 'events.ndjson');
    await writeFile(
      source,
      readSourceEvents()
        .map(({ line }) => `${line}\n`)
        .join(''),
    );
    const { stdout } = await promisify(execFile)(await peersPython(), [program, name, source, folder]);
    const found: Files = JSON.parse(stdout);
    return { values: formatValues(found), lost: 0 };
  },
});

export const pythonFormats: readonly Contender[] = [
  pythonFormat(
    'hdf5-vlen',
    "the report's file: variable-length strings at gzip 1 in chunks of 100, which HDF5's filters do not compress; its scan parses each",
  ),
  pythonFormat('parquet-zstd', 'Parquet with zstd by pyarrow, whose scan leaves payloads as text'),
  pythonFormat('parquet-gzip', 'Parquet with gzip by pyarrow'),
  pythonFormat('parquet-snappy', 'Parquet with snappy by pyarrow, its default'),
];
