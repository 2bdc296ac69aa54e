import { parseArgs } from 'node:util';
import { renderTable } from '../localstack/cli/table.ts';
import { idKinds } from './known-ids/ids.ts';
import type { LookupFigures } from './known-ids/measure-lookups.ts';
import { measureReal, type RealRun } from './known-ids/measure-real.ts';
import { measureSimulated, type SimulatedFigures } from './known-ids/measure-simulated.ts';

const help = `npm run bench:known-ids -- [--ids N] [--simulated N] [--json]

The index of known ids, as a sealer uses it: batches of 1,000 to 10,000 new ids are looked up, written as a run and merged, up to
1M on this machine's disk (its page cache is warm), with ids that tell their time (UUIDv7) and without (UUIDv4). At 10K, 100K and 1M it
looks batches of 1,000 up, known ones and new ones. Then the same at 1B, simulated: the merges of the plan are counted, and the pages
that lookups read are made up when they are read; the times of those say nothing.

  --ids N        ids to store (1000000)
  --simulated N  ids to simulate (1000000000)
  --json         one JSON object instead of the tables`;

const { values: options } = parseArgs({
  options: {
    ids: { type: 'string', default: '1000000' },
    simulated: { type: 'string', default: '1000000000' },
    json: { type: 'boolean' },
    help: { type: 'boolean' },
  },
});
if (options.help) {
  console.log(help);
  process.exit(0);
}

const most = Number(options.ids);
const sizes = [10_000, 100_000, most].filter((size, index, all) => size <= most && all.indexOf(size) === index);
const idsPerSeal = 10_000;

const real: RealRun[] = [];
const simulated: SimulatedFigures[] = [];
for (const kind of idKinds) {
  console.error(`${kind}: storing ${most} ids`);
  real.push(await measureReal(kind, sizes));
}
for (const kind of idKinds) {
  console.error(`${kind}: simulating ${options.simulated} ids`);
  simulated.push(await measureSimulated(kind, Number(options.simulated), idsPerSeal));
}

const reading = ({ reads_a_batch, kilobytes_a_batch }: LookupFigures): string =>
  `${reads_a_batch} / ${kilobytes_a_batch}`;
const times = ({ p50_ms, p95_ms }: LookupFigures): string => `${p50_ms} / ${p95_ms}`;

const printTables = (): void => {
  const realRows = real
    .flatMap(({ figures }) => figures)
    .map((found) =>
      [
        `${found.ids}, ${found.stored}`,
        found.runs,
        found.bytes_an_id,
        found.write_amplification,
        found.insert_us_an_id,
        found.merge_us_an_id,
        times(found.known),
        reading(found.known),
        times(found.absent),
        reading(found.absent),
      ].map(String),
    );
  const looks = ['ms p50 / p95', 'reads / kB'];
  console.log('On disk; lookups of 1,000 ids');
  console.log(
    renderTable(
      [
        ['', '', '', 'written', 'insert', 'merge', 'known', '', 'new', ''],
        ['ids stored', 'runs', 'B/id', 'times', 'us/id', 'us/id', ...looks, ...looks],
        ...realRows,
      ],
      'figures',
    ),
  );
  const simulatedRows = simulated.map((found) =>
    [
      `${found.ids}, ${found.stored}`,
      `${found.runs} (${found.most_runs})`,
      found.bytes_an_id,
      found.write_amplification,
      reading(found.known),
      reading(found.absent),
      reading(found.absent_of_a_day),
    ].map(String),
  );
  console.log(`Simulated, sealed by ${idsPerSeal}; reads / kB of a lookup of 1,000 ids`);
  console.log(
    renderTable(
      [['ids stored', 'runs (most)', 'B/id', 'written', 'known', 'new', 'new, a day late'], ...simulatedRows],
      'figures',
    ),
  );
  for (const { merge } of real) {
    const { runs, ids_per_s, resident_before_mb, resident_most_mb } = merge;
    const memory = `${resident_most_mb} MB resident at most, ${resident_before_mb} before`;
    console.log(`${runs} runs into one: ${ids_per_s} ids/s in a process of its own, ${memory}`);
  }
};

if (options.json) console.log(JSON.stringify({ real, simulated }));
else printTables();
