import type { AcceptedEvent } from '../../../shared/domain/event.ts';
import { builtInPolicy } from '../../../shared/domain/policy.ts';
import { systemClock } from '../../../shared/ports/clock.ts';
import { encodeEvent, packOf } from '../../../shared/queue/packs/encode.ts';
import type { QueueSender } from '../../../shared/queue/port.ts';
import { createPersistStage, type QueuedPack } from '../../../shared/stages/persist.ts';
import { createPartWriter } from '../../../shared/store/level0.ts';
import { silentLogger } from '../../../shared/telemetry/log.ts';
import { spectrumOf } from '../../measure/spectrum.ts';
import { sealBatches } from '../../sealed/events.ts';

/** FOLDER BATCHES: persists batches of 1,000 events by the stage that functions/persist runs, and prints what that took as JSON. */
const [, , folder = '', batchCount = ''] = process.argv;
const batchEvents = 1_000;
/** As many as a pack of 256 KiB holds. */
const packEvents = 250;
const warmUpBatches = 5;

const packsOf = (events: readonly AcceptedEvent[], batch: number): readonly QueuedPack[] =>
  Array.from({ length: Math.ceil(events.length / packEvents) }, (_, index) => ({
    messageId: `${batch}-${index}`,
    body: packOf(events.slice(index * packEvents, (index + 1) * packEvents).map(encodeEvent)),
    receiveCount: 1,
  }));

const deadLetters: QueueSender = {
  sendBatch: async () => {
    throw new Error('the data set has an event that cannot be stored');
  },
};

const persist = createPersistStage({
  writer: createPartWriter({ folder }),
  deadLetters,
  compressionOf: (segment) => builtInPolicy.compressionOf(segment),
  fallbackCompression: 'gzip-1',
  clock: systemClock,
  logger: silentLogger,
});

const batchMs: number[] = [];
let storedEvents = 0;
let [processorMs, number] = [0, 0];
const wanted = Number(batchCount);
for (const events of sealBatches((wanted + warmUpBatches) * batchEvents, batchEvents)) {
  const packs = packsOf(events, number);
  const startCpu = process.cpuUsage();
  const startMs = performance.now();
  const { failedMessageIds, stored, quarantined } = await persist(packs);
  const ms = performance.now() - startMs;
  const { user, system } = process.cpuUsage(startCpu);
  if (failedMessageIds.length + quarantined > 0) throw new Error('a batch of the bench was not stored');
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
