import type { Random } from '../../measure/random.ts';
import { fromSpectrum } from '../simulation/draw.ts';
import { type Processors, type Thread, weightOfNice } from '../simulation/processors.ts';
import type { Simulation } from '../simulation/simulation.ts';
import type { NodeSettings } from './configuration.ts';
import type { NodeCosts } from './costs.ts';
import { createFront, type Front } from './front.ts';
import { createMessageQueue, type MessageQueue } from './message-queue.ts';
import { startPoller } from './poller.ts';
import { startSealer } from './sealer.ts';
import { type Batch, createWorkers } from './workers.ts';

/** Of the consumer's process, as `localstack/host/consumer/process.ts` sets it. */
const consumerWeight = weightOfNice(5);

export interface HostThreads {
  readonly front: Thread;
  readonly frontHelpers: Thread;
  readonly poller: Thread;
  readonly consumerHelpers: Thread;
  readonly workers: readonly Thread[];
}

export interface SimulatedHost {
  readonly front: Front;
  readonly queue: MessageQueue;
  readonly threads: HostThreads;
}

export interface HostOptions {
  readonly simulation: Simulation;
  readonly processors: Processors;
  readonly costs: NodeCosts;
  readonly settings: NodeSettings;
  readonly random: Random;
  readonly published: (batch: Batch, oldestMs: number) => void;
}

/** Puts together what one `npm start` runs: a front with its queue, and a consumer that polls, writes and seals. */
export const createHost = ({
  simulation,
  processors,
  costs,
  settings,
  random,
  published,
}: HostOptions): SimulatedHost => {
  const group = processors.group();
  const firstWorker = group.thread(consumerWeight);
  const moreWorkers = Array.from({ length: settings.workers - 1 }, () => group.thread(consumerWeight));
  const threads: HostThreads = {
    front: group.thread(),
    frontHelpers: group.thread(),
    poller: group.thread(consumerWeight),
    consumerHelpers: group.thread(consumerWeight),
    workers: [firstWorker, ...moreWorkers],
  };
  const { sealAgeMs, sealParts, batchMessages, batchWindowMs, packBytes } = settings;
  const queue = createMessageQueue(() => simulation.nowMs);
  const sealer = startSealer({
    simulation,
    costs,
    thread: firstWorker,
    helpers: threads.consumerHelpers,
    sealAgeMs,
    sealParts,
  });
  const workers = createWorkers({
    simulation,
    costs,
    threads: threads.workers,
    helpers: threads.consumerHelpers,
    publishMs: fromSpectrum(costs.publishMs, random),
    published: (batch, oldestMs) => {
      sealer.add(batch.events);
      published(batch, oldestMs);
    },
  });
  const thread = threads.poller;
  startPoller({ simulation, costs, thread, frontThread: threads.front, queue, workers, batchMessages, batchWindowMs });
  const front = createFront({
    simulation,
    costs,
    thread: threads.front,
    helpers: threads.frontHelpers,
    flushMs: fromSpectrum(costs.flushMs, random),
    queue,
    packBytes,
  });
  return { front, queue, threads };
};
