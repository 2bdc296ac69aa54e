import { readFileSync } from 'node:fs';
import path from 'node:path';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { nodeStoreFiles } from '../../../shared/store/files.ts';
import { readSourceEvents } from '../../load/source-events.ts';
import { bestOf, costOf } from '../../sealed/stages.ts';

/** FOLDER LEVEL: writes the 10,000 events as lines, 1,000 a synced file, reads and parses them, and prints what that took as JSON. */
const [, , folder = '', level = ''] = process.argv;
const fileEvents = 1_000;

const lines = readSourceEvents().map(({ line }) => line);
const compress = (text: string): Buffer =>
  zstdCompressSync(text, { params: { [constants.ZSTD_c_compressionLevel]: Number(level) } });

const written = await costOf(async () => {
  const files: { readonly file: string; readonly bytes: number }[] = [];
  for (let at = 0; at < lines.length; at += fileEvents) {
    const file = path.join(folder, `${at}.ndjson.zst`);
    const bytes = compress(lines.slice(at, at + fileEvents).join('\n'));
    await nodeStoreFiles.createExclusive(file, bytes);
    files.push({ file, bytes: bytes.length });
  }
  return files;
});
const scanned = await bestOf(async () => {
  let events = 0;
  for (const { file } of written.result) {
    const text = zstdDecompressSync(readFileSync(file)).toString('utf8');
    events += text.split('\n').map((line): unknown => JSON.parse(line)).length;
  }
  return events;
});
if (scanned.result !== lines.length) throw new Error(`${scanned.result} of ${lines.length} events were read`);
const bytes = written.result.reduce((sum, file) => sum + file.bytes, 0);
console.log(JSON.stringify({ events: lines.length, bytes, writtenMs: written.ms, scannedMs: scanned.ms }));
