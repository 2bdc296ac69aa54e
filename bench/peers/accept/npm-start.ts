import { countStored } from '../../parts/count-stored.ts';
import { startHostIn, untilQueueIsEmpty } from '../../scenarios/host-run.ts';
import type { Peer } from '../peer.ts';

/** Ours: what `npm start` runs, with its own defaults. */
export const npmStart: Peer = {
  name: 'ours',
  what: 'npm start: one process that accepts and has the queue in it, one that stores and seals; synced before the 202',
  prepare: async () => {},
  start: async ({ folder }) => {
    const host = await startHostIn(folder);
    return {
      pids: [host.process.pid],
      target: { host: '127.0.0.1', port: host.port },
      settle: () => untilQueueIsEmpty(host),
      missing: async (runs) => countStored(host.storeDir, runs).missing,
      kill: async () => {
        await host.process.killAll();
      },
      stop: () => host.stop(),
    };
  },
};
