import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import type { Compression } from '../shared/store/port.ts';
import type { ActFigures } from './growth/act-process.ts';
import { type ActName, actNames } from './growth/acts.ts';
import { GrowingStore, type ReadTarget } from './growth/growing-store.ts';
import { renderGrowth, type SizeFigures } from './growth/report.ts';
import { survey } from './growth/survey.ts';

const help = `npm run bench:growth -- [--sizes N,N,...] [--day N] [--commit N] [--folder DIR] [--verify N] [--keep] [--json]

One store grows, sealed and merged by the product, and at each size is told what it has come to: files and bytes by kind, and what a
new process needs to read the log, a page of one consultation, one event, its proof and a page of everything, to persist a batch
of 1,000 and to seal it. Files and bytes are counted where the store asks for them, so that they do not depend on what else the machine does.

  --sizes N,N,...  events (10000,100000,1000000,10000000): 10 million take half an hour and 2 GB, a million 3 minutes
  --day N          events a day of the store (100000)
  --commit N       events of a commit (5000)
  --level N        deflate level of merged parts (6)
  --processes N    new processes a figure (5)
  --verify N       runs "fi verify" on the store at sizes up to this one (1000000)
  --folder DIR     where the store is; a folder in it is made and removed (the system's temporary folder)
  --keep           keep the store, and say where it is
  --json           one JSON object instead of the tables`;

const { values: options } = parseArgs({
  options: {
    sizes: { type: 'string', default: '10000,100000,1000000,10000000' },
    day: { type: 'string', default: '100000' },
    commit: { type: 'string', default: '5000' },
    level: { type: 'string', default: '6' },
    processes: { type: 'string', default: '5' },
    verify: { type: 'string', default: '1000000' },
    folder: { type: 'string', default: tmpdir() },
    keep: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean' },
  },
});
if (options.help) {
  console.log(help);
  process.exit(0);
}

const run = promisify(execFile);
const actProgram = fileURLToPath(new URL('./growth/act-process.ts', import.meta.url));
const fi = fileURLToPath(new URL('../localstack/cli/fi.mjs', import.meta.url));
const warmTimes = 20;

/** The process whose time is in the middle. */
const measureAct = async (name: ActName, store: GrowingStore, target: ReadTarget): Promise<ActFigures> => {
  // What is sealed stays sealed: once is enough to count, and keeps the store of its size.
  const [processes, times] = name === 'seal' ? [1, 0] : [Number(options.processes), warmTimes];
  const found: ActFigures[] = [];
  for (let index = 0; index < processes; index++) {
    const parameters = [name, store.store, JSON.stringify(target), store.key, String(times)];
    const { stdout } = await run(process.execPath, [actProgram, ...parameters]);
    found.push(JSON.parse(stdout));
  }
  const middle = found.toSorted((left, right) => left.cold.cpuMs - right.cold.cpuMs)[Math.floor(processes / 2)];
  if (middle === undefined) throw new Error('--processes must be 1 or more');
  return middle;
};

/** @returns seconds @throws Error when the store is not clean */
const verify = async ({ store, keyFile }: GrowingStore): Promise<number> => {
  const environment = { PATH: process.env.PATH, FI_STORE_DIR: store, FI_SIGNING_KEY_FILE: keyFile };
  const child = spawn(process.execPath, [fi, 'verify', '--json'], {
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  for await (const text of child.stdout.setEncoding('utf8')) out += text;
  const result = JSON.parse(out.trimEnd().split('\n').at(-1) ?? '');
  if (result.clean !== true) throw new Error(`the store is not clean: ${out}`);
  return result.elapsed_ms / 1_000;
};

const measureSize = async (store: GrowingStore, events: number): Promise<SizeFigures> => {
  console.error(`growing to ${events} events`);
  const startMs = performance.now();
  const target = await store.growTo(events);
  const growingSeconds = Math.round((performance.now() - startMs) / 1_000);
  const shares = survey(store.store);
  const acts = {} as Record<ActName, ActFigures>;
  for (const name of actNames) {
    console.error(`${events} events: ${name}`);
    acts[name] = await measureAct(name, store, target);
  }
  const verifySeconds = events <= Number(options.verify) ? await verify(store) : undefined;
  return { events, growingSeconds, verifySeconds, shares, acts };
};

const folder = await mkdtemp(path.join(options.folder, 'fi-bench-growth-'));
try {
  const store = new GrowingStore({
    folder,
    perCommit: Number(options.commit),
    perDay: Number(options.day),
    compression: `gzip-${options.level}` as Compression,
  });
  const sizes: SizeFigures[] = [];
  for (const size of options.sizes.split(',').map(Number)) sizes.push(await measureSize(store, size));
  console.log(options.json ? JSON.stringify({ load: loadavg(), sizes }) : renderGrowth(sizes));
} finally {
  if (options.keep) console.error(folder);
  else await rm(folder, { recursive: true });
}
