import { latencyValues } from '../../scenarios/latency-metrics.ts';
import type { Metric } from '../../scenarios/scenario.ts';
import type { PeerScale } from '../comparison.ts';
import type { RunningPeer } from '../peer.ts';
import { offer } from './offer.ts';

export const aloneMetrics = {
  aloneP50Ms: { what: 'middle latency of one connection alone', unit: 'ms', better: 'lower' },
  aloneP95Ms: { what: '95 % are quicker, one connection alone', unit: 'ms', better: 'lower' },
} as const satisfies Record<string, Metric>;

/** What a client waits when nobody else is there. */
export const measureAlone = async (running: RunningPeer, { measureMs }: PeerScale) => {
  const { result } = await offer(running, { connections: 1, durationMs: measureMs / 4 });
  const { p50Ms, p95Ms } = latencyValues(result.latenciesMs);
  return { aloneP50Ms: p50Ms, aloneP95Ms: p95Ms };
};
