import { requestsPerSecond } from '../../load/plan.ts';
import { memoryOf } from '../../measure/memory.ts';
import { spectrumOf } from '../../measure/spectrum.ts';
import { latencyMetrics, latencyValues } from '../../scenarios/latency-metrics.ts';
import type { Metric, Observation } from '../../scenarios/scenario.ts';
import type { Comparison, Contender, PeerScale } from '../comparison.ts';
import { diskBytes } from '../measure/disk-bytes.ts';
import { aloneMetrics, measureAlone } from '../measure/measure-alone.ts';
import { offer } from '../measure/offer.ts';
import { processorMs } from '../measure/processor-ms.ts';
import { survivalMetrics, survivesKill, withPeer } from '../measure/survives-kill.ts';
import type { Peer, RunningPeer } from '../peer.ts';
import { elasticMq } from './elasticmq.ts';
import { localStackQueue, miniStackQueue } from './emulators.ts';
import { journal } from './journal.ts';
import { natsJetStreamSynced, natsJetStreamUnsynced } from './nats-jetstream.ts';
import { redisStreamsAlways, redisStreamsEverysec } from './redis-streams.ts';
import { zeroMq } from './zeromq.ts';

const connections = 50;
/** An end for a target that takes everything slowly: all of it takes the slowest some minutes. */
const mostMs = 300_000;

const metrics = {
  messagesPerSecond: { what: 'messages taken, 50 connections', unit: 'messages/s', better: 'higher' },
  ...latencyMetrics,
  ...aloneMetrics,
  usPerMessage: { what: 'processor time of the queue for a message', unit: 'µs', better: 'lower' },
  memoryPerMessage: {
    what: 'memory that a message takes where nobody consumes',
    unit: 'bytes',
    better: 'lower',
  },
  diskPerMessage: { what: 'disk that a message takes where nobody consumes', unit: 'bytes', better: 'lower' },
  ...survivalMetrics,
  takenAtLimit: { what: 'with a limit and no consumer: messages taken', unit: 'messages', better: 'neither' },
  refusedAtLimit: { what: 'with a limit and no consumer: refused with an answer', unit: 'messages', better: 'neither' },
  waitingAtLimit: {
    what: 'with a limit and no consumer: senders left waiting for an answer at the end',
    unit: 'of 50',
    better: 'neither',
  },
} as const satisfies Record<string, Metric>;

const megabyte = 1_000_000;
const memoryBytes = ({ pids }: RunningPeer): number => {
  const { proportionalMB, residentMB } = memoryOf(...pids);
  return (proportionalMB ?? residentMB) * megabyte;
};

const measureLoad = async (
  running: RunningPeer,
  folder: string,
  scale: PeerScale,
): Promise<Omit<Observation, 'lost'>> => {
  const { warmUpMs, measureMs } = scale;
  const before = { ms: processorMs(running), memory: memoryBytes(running), disk: diskBytes(folder) };
  const { result } = await offer(running, { connections, warmUpMs, durationMs: measureMs });
  const usedMs = processorMs(running) - before.ms;
  const [memory, disk] = [memoryBytes(running) - before.memory, diskBytes(folder) - before.disk];
  const alone = await measureAlone(running, scale);
  return {
    values: {
      messagesPerSecond: requestsPerSecond(result),
      ...latencyValues(result.latenciesMs),
      ...alone,
      usPerMessage: (usedMs * 1_000) / result.acceptedEvents,
      memoryPerMessage: memory / result.acceptedEvents,
      diskPerMessage: disk / result.acceptedEvents,
    },
    spectra: { 'message to answer': spectrumOf(result.latenciesMs) },
  };
};

/** Offers more than there is room for. */
const measureLimit = async (running: RunningPeer, { limitEvents }: PeerScale) => {
  const { result } = await offer(running, { connections, durationMs: mostMs, requests: limitEvents });
  const answered = Object.values(result.statuses).reduce((sum, count) => sum + count, 0);
  return {
    takenAtLimit: result.acceptedEvents,
    refusedAtLimit: answered - result.acceptedEvents,
    waitingAtLimit: result.unanswered,
  };
};

const contender = (peer: Peer): Contender => ({
  name: peer.name,
  what: peer.what,
  prepare: peer.prepare,
  measure: async (folder, scale) => {
    const [load, kill, full] = [`${folder}/load`, `${folder}/kill`, `${folder}/limit`];
    const found = await withPeer(peer, { folder: load }, (running) => measureLoad(running, load, scale));
    const survived = await survivesKill(peer, kill, connections, scale);
    const limited = { folder: full, limitBytes: scale.limitBytes };
    const atLimit = await withPeer(peer, limited, (running) => measureLimit(running, scale));
    return { ...found, values: { ...found.values, ...survived, ...atLimit }, lost: survived.missingAfterKill };
  },
});

export const queues: Comparison = {
  name: 'queues',
  what: 'one event a message into a queue that nobody empties: what an answer costs, what it is worth after a kill -9, and what becomes of senders when there is no more room. In npm start the same journal is called within the front, with many events a message: see accept',
  metrics,
  ours: contender(journal),
  peers: [
    redisStreamsAlways,
    redisStreamsEverysec,
    natsJetStreamSynced,
    natsJetStreamUnsynced,
    zeroMq,
    elasticMq,
    miniStackQueue,
    localStackQueue,
  ].map(contender),
};
