import { hash, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { renderTable } from '../localstack/cli/table.ts';
import { nodeStoreFiles } from '../shared/store/files.ts';
import { DurableFolders } from '../shared/store/folders.ts';
import { signCheckpoint } from '../shared/store/log/checkpoint.ts';
import { generateSigningKey, openSigner } from '../shared/store/log/note/signer.ts';
import { proveEvent } from '../shared/store/log/prove-event.ts';
import { appendLeaves, emptyEdge, type RightEdge } from '../shared/store/log/right-edge.ts';
import { tilesOfExtension } from '../shared/store/log/tiles/extension.ts';
import { createTileSource } from '../shared/store/log/tiles/source.ts';
import { SupersededTiles } from '../shared/store/log/tiles/superseded-tiles.ts';
import { type TileStore, writeTiles } from '../shared/store/log/tiles/write.ts';
import { percentile } from './load/plan.ts';

const help = `npm run bench:log -- [--events N] [--commit N] [--folder DIR] [--json]

What the Merkle log costs: hashing, writing tiles commit by commit, signing, and one proof, as the log grows to a million events.
Leaf hashes are made up; nothing else is.

  --events N    size that the log grows to (1000000)
  --commit N    events a commit (10000)
  --folder DIR  where the log is written to, e.g. on a network share; a folder in it is made and removed (the system's temporary folder)
  --json        one JSON object instead of the table`;

const { values: options } = parseArgs({
  options: {
    events: { type: 'string', default: '1000000' },
    commit: { type: 'string', default: '10000' },
    folder: { type: 'string', default: tmpdir() },
    json: { type: 'boolean' },
    help: { type: 'boolean' },
  },
});
if (options.help) {
  console.log(help);
  process.exit(0);
}

const events = Number(options.events);
const eventsPerCommit = Number(options.commit);
const proofsPerSize = 200;

/** Fewer distinct hashes than leaves would do, but not one: so cheap to make that making them does not count. */
const leavesOf = (from: number, to: number): Buffer => {
  const leaves = Buffer.alloc((to - from) * 32, hash('sha256', String(from), 'buffer'));
  for (let at = from; at < to; at++) leaves.writeUIntBE(at, (at - from) * 32, 6);
  return leaves;
};

const perSecond = (count: number, elapsedMs: number): number => Math.round((count * 1_000) / elapsedMs);

/** Hashing alone, without a disk. */
const measureHashing = (count: number): Record<string, number> => {
  const leaves = leavesOf(0, count);
  const beganMs = performance.now();
  appendLeaves(emptyEdge, leaves);
  const appendedMs = performance.now();
  for (const _ of tilesOfExtension(0, [], leaves));
  return {
    'appended leaves a second': perSecond(count, appendedMs - beganMs),
    'leaves put into tiles a second': perSecond(count, performance.now() - appendedMs),
  };
};

interface Grown {
  readonly size: number;
  readonly writtenPerSecond: number;
  readonly commitP50Ms: number;
  readonly commitP95Ms: number;
  readonly proofP50Ms: number;
  readonly proofP95Ms: number;
}

const signer = openSigner(generateSigningKey('bench.example/log'));

const measureProofs = async (store: string, edge: RightEdge): Promise<Float64Array> => {
  const source = createTileSource(nodeStoreFiles, store);
  const checkpoint = signCheckpoint(signer, edge);
  const times = new Float64Array(proofsPerSize);
  for (let number = 0; number < proofsPerSize; number++) {
    const position = Math.floor((number * edge.size) / proofsPerSize);
    const commitStart = position - (position % eventsPerCommit);
    const leaf = leavesOf(commitStart, position + 1).subarray(-32);
    const beganMs = performance.now();
    await proveEvent(source, { position, leaf, checkpoint });
    times[number] = performance.now() - beganMs;
  }
  return times.sort();
};

const growTo = async (
  tiles: TileStore,
  from: RightEdge,
  size: number,
): Promise<{ edge: RightEdge; figures: Grown }> => {
  let edge = from;
  const commits: number[] = [];
  while (edge.size < size) {
    const leaves = leavesOf(edge.size, Math.min(size, edge.size + eventsPerCommit));
    const beganMs = performance.now();
    const next = appendLeaves(edge, leaves);
    signCheckpoint(signer, next);
    await writeTiles(tiles, edge, leaves);
    commits.push(performance.now() - beganMs);
    edge = next;
  }
  const proofs = await measureProofs(tiles.store, edge);
  const elapsedMs = commits.reduce((sum, one) => sum + one, 0);
  const sorted = Float64Array.from(commits).sort();
  return {
    edge,
    figures: {
      size,
      writtenPerSecond: perSecond(size - from.size, elapsedMs),
      commitP50Ms: percentile(sorted, 0.5),
      commitP95Ms: percentile(sorted, 0.95),
      proofP50Ms: percentile(proofs, 0.5),
      proofP95Ms: percentile(proofs, 0.95),
    },
  };
};

const hashing = measureHashing(events);
const store = await mkdtemp(path.join(options.folder, 'fi-bench-log-'));
try {
  const tiles: TileStore = {
    files: nodeStoreFiles,
    store,
    folders: new DurableFolders(nodeStoreFiles, store),
    uniqueName: randomUUID,
  };
  const sizes = [10_000, 100_000, 1_000_000, 10_000_000].filter((size) => size < events).concat(events);
  const grown: Grown[] = [];
  let edge = emptyEdge;
  for (const size of sizes) {
    const step = await growTo(tiles, edge, size);
    edge = step.edge;
    grown.push(step.figures);
  }
  const superseded = await new SupersededTiles({ ...tiles, graceMs: 600_000 }).remove(edge.size);
  if (options.json) {
    console.log(JSON.stringify({ events, eventsPerCommit, hashing, grown, superseded }));
  } else {
    const figure = (value: number): string =>
      Number.isInteger(value) ? value.toLocaleString('en-US') : value.toFixed(2);
    console.log(
      renderTable(
        Object.entries(hashing).map(([name, value]) => [name, figure(value)]),
        'figures',
      ),
    );
    const head = ['events', 'written a second', 'commit p50 ms', 'p95', 'proof p50 ms', 'p95'];
    console.log(renderTable([head, ...grown.map((row) => Object.values(row).map(figure))], 'figures'));
  }
} finally {
  await rm(store, { recursive: true });
}
