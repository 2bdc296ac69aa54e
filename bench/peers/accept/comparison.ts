import { requestsPerSecond } from '../../load/plan.ts';
import { watchMemory } from '../../measure/memory.ts';
import { spectrumOf } from '../../measure/spectrum.ts';
import { latencyMetrics, latencyValues } from '../../scenarios/latency-metrics.ts';
import type { Metric, Observation } from '../../scenarios/scenario.ts';
import type { Comparison, Contender, PeerScale } from '../comparison.ts';
import { aloneMetrics, measureAlone } from '../measure/measure-alone.ts';
import { offer } from '../measure/offer.ts';
import { processorMs } from '../measure/processor-ms.ts';
import { survivalMetrics, survivesKill, withPeer } from '../measure/survives-kill.ts';
import type { Peer, RunningPeer } from '../peer.ts';
import { benthos } from './benthos.ts';
import { npmStart } from './npm-start.ts';
import { reportBaseline, reportPhase1, reportPhase1Workers } from './report-direct.ts';
import { reportPhase2 } from './report-phase-2.ts';

const connections = 50;

const metrics = {
  requestsPerSecond: { what: 'requests answered 202, 50 connections', unit: 'req/s', better: 'higher' },
  ...latencyMetrics,
  ...aloneMetrics,
  failedPercent: { what: 'requests without a 202', unit: '%', better: 'lower' },
  usPerEvent: {
    what: 'processor time of all its processes for an event, with all that it does until the event is settled',
    unit: 'µs',
    better: 'lower',
  },
  memoryMB: { what: 'largest memory of all its processes', unit: 'MB', better: 'lower' },
  ...survivalMetrics,
} as const satisfies Record<string, Metric>;

const measureLoad = async (running: RunningPeer, scale: PeerScale): Promise<Omit<Observation, 'lost'>> => {
  const { warmUpMs, measureMs } = scale;
  const startMs = processorMs(running);
  const memory = watchMemory(running.pids);
  const many = (await offer(running, { connections, warmUpMs, durationMs: measureMs })).result;
  await running.settle();
  const { proportionalMB, residentMB, series } = memory.stop();
  const usedMs = processorMs(running) - startMs;
  const alone = await measureAlone(running, scale);
  const answered = Object.values(many.statuses).reduce((sum, count) => sum + count, 0);
  const asked = answered + many.lost + many.unanswered;
  return {
    values: {
      requestsPerSecond: requestsPerSecond(many),
      ...latencyValues(many.latenciesMs),
      ...alone,
      failedPercent: (100 * (asked - many.acceptedEvents)) / asked,
      usPerEvent: (usedMs * 1_000) / many.acceptedEvents,
      memoryMB: proportionalMB ?? residentMB,
    },
    spectra: { 'request to 202': spectrumOf(many.latenciesMs) },
    series: { 'memory, MB': series },
  };
};

const contender = (peer: Peer): Contender => ({
  name: peer.name,
  what: peer.what,
  prepare: peer.prepare,
  measure: async (folder, scale) => {
    const found = await withPeer(peer, { folder: `${folder}/load` }, (running) => measureLoad(running, scale));
    const survived = await survivesKill(peer, `${folder}/kill`, connections, scale);
    return { ...found, values: { ...found.values, ...survived }, lost: survived.missingAfterKill };
  },
});

export const accept: Comparison = {
  name: 'accept',
  what: 'single events over HTTP. Ours stores and seals meanwhile; the workers of the report do not run, which is to their favour',
  metrics,
  ours: contender(npmStart),
  peers: [reportBaseline, reportPhase1, reportPhase1Workers, ...reportPhase2, benthos].map(contender),
};
