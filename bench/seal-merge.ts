import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { renderTable } from '../localstack/cli/table.ts';
import { generateSigningKey } from '../shared/store/log/note/signer.ts';
import type { ActLatency } from './seal-merge/latencies.ts';
import type { Estimate } from './seal-merge/median-ratio.ts';
import type * as stages from './seal-merge/stages.ts';

const help = `npm run bench:seal-merge -- [--events N] [--part N] [--batch N] [--level 1-9] [--times N] [--folder DIR] [--json]

Level-0 parts of copies of the 10,000 events of bench/data, with ids and consultations of their own, are sealed and merged by the stage that
functions/seal runs, in a process of its own with bounded memory. \`seconds\` and \`eventsPerSecond\` count all of it for each event: reading level 0,
sealing, commits with their syncs, and merging, which follow each other in one process. \`cpu_us_per_event\` adds up all its threads, those that deflate
and those that collect garbage too; \`residentMB\` is the process's peak. Then batches are persisted and consultations of some 200 events are read, by turns
in a small store and in the large one: the ratio of the two, turn by turn, does not depend on what else the machine does.

  --events N    events of the large store (1000000)
  --small N     events of the small store (10000)
  --part N      events of a level-0 part (1000)
  --batch N     events of a seal's commit (16384, as FI_SEAL_BATCH_EVENTS has it; a quarter of a store that has less than four of them)
  --level N     deflate level of merged parts (9)
  --times N     turns to measure (200)
  --folder DIR  where the stores are; a folder in it is made and removed (the system's temporary folder)
  --json        one JSON object instead of the tables`;

const { values: options } = parseArgs({
  options: {
    events: { type: 'string', default: '1000000' },
    small: { type: 'string', default: '10000' },
    part: { type: 'string', default: '1000' },
    batch: { type: 'string', default: '16384' },
    level: { type: 'string', default: '9' },
    times: { type: 'string', default: '200' },
    folder: { type: 'string', default: tmpdir() },
    json: { type: 'boolean' },
    help: { type: 'boolean' },
  },
});
if (options.help) {
  console.log(help);
  process.exit(0);
}

const run = promisify(execFile);
const program = fileURLToPath(new URL('./seal-merge/stage-process.ts', import.meta.url));

type Found<Name extends keyof typeof stages> = Awaited<ReturnType<(typeof stages)[Name]>> & {
  readonly residentMB: number;
};

interface Bounds {
  readonly flags: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** As localstack/host/start.mjs sets it: chunks that are deflated wait for no sync. */
const threadPool = { UV_THREADPOOL_SIZE: '40' };

/**
 * V8 collects garbage, and glibc gives memory back, only when they have to: within these bounds they have to. What is alive is
 * some 20 MB, beside which V8 would look through it each time that as much came in as buffers: a third of all processor time.
 */
const boundedMemory: Bounds = {
  flags: ['--max-semi-space-size=8', '--max-old-space-size=80', '--heap-growing-percent=300'],
  environment: { ...threadPool, MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '131072' },
};
const asHosts: Bounds = { flags: ['--max-semi-space-size=16'], environment: threadPool };

const stage = async <Result>({ flags, environment }: Bounds, ...parameters: readonly string[]): Promise<Result> => {
  console.error(parameters[0]);
  const { stdout } = await run(process.execPath, [...flags, program, ...parameters], {
    env: { ...process.env, ...environment },
  });
  return JSON.parse(stdout);
};

const times = (value: number | null): string => (value === null ? '-' : `${value.toFixed(2)}x`);
const estimated = ({ median, low, high }: Estimate): string =>
  `${times(median)} (${low.toFixed(2)} to ${high.toFixed(2)})`;

const rowOf = ({ act, events, p50Ms, p95Ms, cpuMs, opens, readBytes, ratio }: ActLatency): readonly string[] => [
  act,
  ...[events, p50Ms, p95Ms, cpuMs, opens, readBytes / 1_024].map((value) => String(round(value))),
  estimated(ratio.ms),
  estimated(ratio.cpuMs),
  times(ratio.opens),
  times(ratio.readBytes),
];

const round = (value: number): number => (value < 100 ? Math.round(value * 100) / 100 : Math.round(value));
const key = generateSigningKey('bench.local/log');

/** A store has been sealed more than once, as any that events arrive in one after another: one commit would hold each consultation in one piece. */
const fewestCommits = 4;

const buildStore = async (folder: string, events: string) => {
  const batch = Math.min(Number(options.batch), Math.ceil(Number(events) / fewestCommits));
  const filled = await stage<Found<'fill'>>(asHosts, 'fill', folder, events, options.part);
  const worked = await stage<Found<'work'>>(boundedMemory, 'work', folder, String(batch), key, `gzip-${options.level}`);
  return { filled, worked };
};

const root = await mkdtemp(path.join(options.folder, 'fi-bench-seal-merge-'));
try {
  const folders = { small: path.join(root, 'small'), large: path.join(root, 'large') };
  const small = await buildStore(folders.small, options.small);
  const large = await buildStore(folders.large, options.events);
  const stores = [
    { folder: folders.small, ...small.filled },
    { folder: folders.large, ...large.filled },
  ];
  const { acts } = await stage<{ readonly acts: readonly ActLatency[] }>(
    asHosts,
    'latencies',
    JSON.stringify(stores),
    options.times,
  );
  if (options.json) {
    console.log(JSON.stringify({ load: loadavg(), work: large.worked, acts }));
  } else {
    const rows = Object.entries(large.worked).map(([name, value]) => [name, String(round(value))]);
    console.log(renderTable([['', 'sealed and merged'], ...rows], 'figures'));
    const head = [
      '',
      'stored events',
      'p50 ms',
      'p95',
      'processor ms',
      'opens',
      'KiB read',
      'ms',
      'processor',
      'opens',
      'read',
    ];
    console.log(renderTable([head, ...acts.map(rowOf)], 'figures'));
    console.log(
      'The last four columns: how many times that of the small store, and where a median of ratios lies with 95 %.',
    );
    console.log(`load of the machine at the end: ${loadavg().map(round).join(', ')}`);
  }
} finally {
  await rm(root, { recursive: true });
}
