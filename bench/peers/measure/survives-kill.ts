import { mkdir } from 'node:fs/promises';
import type { Metric } from '../../scenarios/scenario.ts';
import type { PeerScale } from '../comparison.ts';
import type { Peer, RunningPeer } from '../peer.ts';
import { offerAndKill } from './offer.ts';

export const survivalMetrics = {
  acceptedUntilKill: { what: 'accepted until all its processes were killed', unit: 'events', better: 'neither' },
  missingAfterKill: {
    what: 'of those missing after a new start (kill -9; the machine keeps running)',
    unit: 'events',
    better: 'lower',
    exact: true,
  },
} as const satisfies Record<string, Metric>;

/** Runs `use` on a peer that is stopped afterwards, however that ends. */
export const withPeer = async <Found>(
  peer: Peer,
  options: Parameters<Peer['start']>[0],
  use: (running: RunningPeer) => Promise<Found>,
): Promise<Found> => {
  await mkdir(options.folder, { recursive: true });
  const running = await peer.start(options);
  try {
    return await use(running);
  } finally {
    await running.stop();
  }
};

/** Kills a peer under load, starts it again on the same folder and counts what it accepted and has not. */
export const survivesKill = async (
  peer: Peer,
  folder: string,
  connections: number,
  scale: PeerScale,
): Promise<Record<keyof typeof survivalMetrics, number>> => {
  const run = await withPeer(peer, { folder }, (running) => offerAndKill(running, connections, scale));
  const missing = await withPeer(peer, { folder }, async (again) => {
    await again.settle();
    return again.missing([run]);
  });
  return { acceptedUntilKill: run.result.acceptedEvents, missingAfterKill: missing };
};
