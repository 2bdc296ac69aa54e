import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { renderTable } from '../localstack/cli/table.ts';
import { watchMemory } from './measure/memory.ts';
import { StoreFiller } from './verify/fill-store.ts';

const help = `npm run bench:verify -- [--events N] [--commit N] [--runs N] [--threads N] [--unmerged] [--folder DIR] [--keep] [--json]

What "fi verify" takes for a store of sealed events: those of the data set, with ids and consultations of their own.

  --events N    events in the store (1000000)
  --commit N    events a commit (10000)
  --runs N      times that it is verified (3)
  --threads N   threads that hash events (one a core)
  --unmerged    leave parts as seal wrote them
  --folder DIR  where the store is; a folder in it is made and removed (the system's temporary folder)
  --keep        keep the store, and say where it is
  --json        one JSON object instead of the table`;

const { values: options } = parseArgs({
  options: {
    events: { type: 'string', default: '1000000' },
    commit: { type: 'string', default: '10000' },
    runs: { type: 'string', default: '3' },
    threads: { type: 'string', default: String(availableParallelism()) },
    unmerged: { type: 'boolean', default: false },
    folder: { type: 'string', default: tmpdir() },
    keep: { type: 'boolean', default: false },
    json: { type: 'boolean' },
    help: { type: 'boolean' },
  },
});
if (options.help) {
  console.log(help);
  process.exit(0);
}

const fi = path.join(import.meta.dirname, '../localstack/cli/fi.mjs');

interface Figures {
  readonly seconds: number;
  readonly eventsPerSecond: number;
  readonly largestMB: number;
}

const verifyOnce = async (store: string, keyFile: string): Promise<Figures> => {
  const environment = { PATH: process.env.PATH, FI_STORE_DIR: store, FI_SIGNING_KEY_FILE: keyFile };
  const child = spawn(process.execPath, [fi, 'verify', '--json', '--threads', options.threads], {
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const memory = watchMemory([child.pid ?? 0], 50);
  let out = '';
  for await (const text of child.stdout.setEncoding('utf8')) out += text;
  const { residentMB } = memory.stop();
  const result = JSON.parse(out.trimEnd().split('\n').at(-1) ?? '');
  if (result.clean !== true || result.events !== Number(options.events))
    throw new Error(`the store is not clean: ${out}`);
  return {
    seconds: result.elapsed_ms / 1_000,
    eventsPerSecond: result.events_per_second,
    largestMB: Math.round(residentMB),
  };
};

const folder = await mkdtemp(path.join(options.folder, 'fi-bench-verify-'));
try {
  const store = path.join(folder, 'store');
  await mkdir(store);
  const keyFile = path.join(folder, 'signing-key');
  const beganMs = performance.now();
  const [events, perCommit] = [Number(options.events), Number(options.commit)];
  await new StoreFiller({ store, keyFile, events, perCommit, merge: !options.unmerged }).run();
  const filledSeconds = Math.round((performance.now() - beganMs) / 1_000);
  const figures: Figures[] = [];
  for (let run = 0; run < Number(options.runs); run++) figures.push(await verifyOnce(store, keyFile));
  if (options.json) {
    console.log(
      JSON.stringify({ events, threads: Number(options.threads), merged: !options.unmerged, filledSeconds, figures }),
    );
  } else {
    console.log(`${events} events${options.unmerged ? '' : ', merged'}; filled in ${filledSeconds} s`);
    const rows = figures.map((row) => Object.values(row).map(String));
    console.log(renderTable([['seconds', 'events a second', 'largest MB'], ...rows], 'figures'));
  }
} finally {
  if (options.keep) console.log(folder);
  else await rm(folder, { recursive: true });
}
