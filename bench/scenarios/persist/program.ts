import { spectrumOf } from '../../measure/spectrum.ts';
import { sealBatches } from '../../sealed/events.ts';
import { createBenchPersist, packsOf } from './stage.ts';

/** FOLDER BATCHES: persists batches of 1,000 events by the stage that functions/persist runs, and prints what that took as JSON. */
const [, , folder = '', batchCount = ''] = process.argv;
const batchEvents = 1_000;
const warmUpBatches = 5;

const persist = createBenchPersist(folder);

const batchMs: number[] = [];
let storedEvents = 0;
let [processorMs, number] = [0, 0];
const wanted = Number(batchCount);
for (const events of sealBatches((wanted + warmUpBatches) * batchEvents, batchEvents)) {
  const packs = packsOf(events, number);
  const startCpu = process.cpuUsage();
  const startMs = performance.now();
  const stored = await persist(packs);
  const ms = performance.now() - startMs;
  const { user, system } = process.cpuUsage(startCpu);
  if (number++ < warmUpBatches) continue;
  batchMs.push(ms);
  storedEvents += stored;
  processorMs += (user + system) / 1_000;
}

const sorted = Float64Array.from(batchMs).sort();
const sumMs = batchMs.reduce((sum, ms) => sum + ms, 0);
console.log(
  JSON.stringify({
    events: storedEvents,
    eventsPerSecond: (storedEvents * 1_000) / sumMs,
    usPerEvent: (processorMs * 1_000) / storedEvents,
    spectrum: spectrumOf(sorted),
    latenciesMs: [...sorted],
  }),
);
