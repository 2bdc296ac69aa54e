import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import type { Cost, tenThousand } from './sealed/stages.ts';

const help = `npm run bench:parts -- [--events N] [--batch N] [--level 1-9] [--no-parquet] [--json]

Seals events, merges the parts, scans what comes out and reads single events and consultations from it, each in a process of
its own on a temporary folder; then stores the same rows as Parquet with pyarrow (installed into the temporary folder) and reads
these. Files are in the page cache. Ends with exit status 1 when an event changed on the way.

  --events N    copies of the 10,000 events of bench/data, with ids and consultations of their own (100000)
  --batch N     events of a sealed part before merging (10000)
  --level N     deflate level of merged parts (9)
  --no-parquet  leave Python out
  --json        one JSON object instead of the table`;

const { values: options } = parseArgs({
  options: {
    events: { type: 'string', default: '100000' },
    batch: { type: 'string', default: '10000' },
    level: { type: 'string', default: '9' },
    'no-parquet': { type: 'boolean' },
    json: { type: 'boolean' },
    help: { type: 'boolean' },
  },
});
if (options.help) {
  console.log(help);
  process.exit(0);
}

const run = promisify(execFile);
const say = (line: string): void => console.error(line);
const file = (name: string): string => fileURLToPath(new URL(`./sealed/${name}`, import.meta.url));

interface Measured {
  readonly residentMiB: number;
}
type Timed = Measured & Cost;
interface Latency {
  readonly p50: number;
  readonly p95: number;
}

/** Runs a stage in a process with the flags of `npm start`, on one processor only where that is asked for and possible. */
const stage = async <Found>(name: string, parameters: readonly string[], onOneProcessor = false): Promise<Found> => {
  say(name + (onOneProcessor ? ', on one processor' : ''));
  const node = [process.execPath, '--max-semi-space-size=16', file('stage-process.ts'), name, ...parameters];
  const [command = '', ...rest] = onOneProcessor ? ['taskset', '-c', '0', ...node] : node;
  const { stdout } = await run(command, rest);
  return JSON.parse(stdout);
};

interface Codec {
  readonly bytes_per_event: number;
  readonly write_events_per_s: number;
  readonly read_events_per_s_one_thread: number;
  readonly read_events_per_s_threads: number;
}
interface Parquet {
  readonly pyarrow: string;
  readonly codecs: Readonly<Record<string, Codec>>;
}

const parquet = async (folder: string, parts: string): Promise<Parquet | undefined> => {
  if (options['no-parquet']) return undefined;
  try {
    const environment = path.join(folder, 'python');
    say('installing pyarrow');
    await run('python3', ['-m', 'venv', environment]);
    const python = path.join(environment, 'bin/python');
    await run(python, ['-m', 'pip', 'install', '--quiet', '--only-binary', ':all:', 'h5py==3.16.0', 'pyarrow==22.0.0']);
    say('Parquet');
    const { stdout } = await run(python, [file('parquet.py'), parts, folder], { maxBuffer: 1024 ** 2 });
    return JSON.parse(stdout);
  } catch (error) {
    say(`no Parquet beside it: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
};

const measure = async (folder: string) => {
  const [sealed, merged] = [path.join(folder, 'sealed'), path.join(folder, 'merged')];
  const compression = `gzip-${options.level}`;
  const written = await stage<Timed & { events: number; parts: number; bytes: number; digest: string }>('write', [
    sealed,
    options.events,
    options.batch,
    'gzip-6',
  ]);
  return {
    load_average_at_start: loadavg()[0] ?? 0,
    ten_thousand: await stage<Awaited<ReturnType<typeof tenThousand>>>('tenThousand', []),
    written,
    merged: await stage<Timed & { parts: number; bytes: number }>('merge', [sealed, merged, compression]),
    columns: await stage<Readonly<Record<string, number>>>('columns', [merged]),
    scan: await stage<Timed>('scan', [merged]),
    scan_on_one_processor: await stage<Timed>('scan', [merged], true).catch(() => undefined),
    scan_events: await stage<Timed & { digest: string }>('scanEvents', [merged]),
    reads: await stage<Measured & { consultation: Latency; consultationMeanEvents: number; event: Latency }>('reads', [
      merged,
    ]),
    parquet: await parquet(folder, merged),
  };
};

type Figures = Awaited<ReturnType<typeof measure>>;

const round = (value: number, digits = 0): string => value.toFixed(digits);

const ofCodec = (codec: Codec): string => {
  const [bytes, written] = [round(codec.bytes_per_event, 1), round(codec.write_events_per_s)];
  const [read, oneThread] = [round(codec.read_events_per_s_threads), round(codec.read_events_per_s_one_thread)];
  return `${bytes} bytes an event, written at ${written}, read at ${read} events/s (one thread: ${oneThread})`;
};

const printTable = (found: Figures): void => {
  const { written, merged, ten_thousand: exactly } = found;
  const { events } = written;
  const speed = (timed: Timed | undefined): string =>
    timed
      ? `${round((events * 1_000) / timed.ms)} events/s, ${round((timed.cpuMs * 1_000) / events, 1)} µs of processor an event`
      : 'no taskset';
  const resident = ({ residentMiB }: Measured): string => `${round(residentMiB)} MiB resident`;
  const times = ({ p50, p95 }: Latency): string => `p50 ${round(p50, 1)} ms, p95 ${round(p95, 1)} ms`;
  const rows: (readonly [string, string])[] = [
    [
      '10,000 events, one segment',
      `${round(exactly.oneSegmentGzip9, 1)} bytes an event (gzip-6: ${round(exactly.oneSegmentGzip6, 1)})`,
    ],
    ['10,000 events, built-in policy', `${round(exactly.bySegmentGzip9, 1)} bytes an event`],
    [`sealed, ${written.parts} parts`, `${round(written.bytes / events, 1)} bytes an event, ${speed(written)}`],
    [
      `merged, ${merged.parts} parts`,
      `${round(merged.bytes / events, 1)} bytes an event, ${speed(merged)}, ${resident(merged)}`,
    ],
    ['scan, columns and payloads', `${speed(found.scan)}, ${resident(found.scan)}`],
    ['  on one processor', speed(found.scan_on_one_processor)],
    ['scan, events and leaf hashes', speed(found.scan_events)],
    [`open, one consultation (${round(found.reads.consultationMeanEvents)} events)`, times(found.reads.consultation)],
    ['open, one event by position', times(found.reads.event)],
    ...Object.entries(found.parquet?.codecs ?? {}).map(([name, codec]) => [`Parquet ${name}`, ofCodec(codec)] as const),
    ['others on this machine at the start', `load ${round(found.load_average_at_start, 1)}`],
  ];
  for (const [what, figure] of rows) console.log(`${what.padEnd(38)}${figure}`);
  const parts = Object.entries(found.columns).filter(([name]) => name !== 'residentMiB');
  console.log(
    `\nbytes an event in merged parts: ${parts.map(([name, bytes]) => `${name} ${round(bytes, 2)}`).join(', ')}`,
  );
};

const folder = mkdtempSync(path.join(tmpdir(), 'fi-bench-parts-'));
try {
  const found = await measure(folder);
  if (options.json) console.log(JSON.stringify(found));
  else printTable(found);
  if (found.written.digest !== found.scan_events.digest) {
    say('the merged parts do not hold the events that were sealed');
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true });
}
