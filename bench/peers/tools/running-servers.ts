import type { HostProcess } from '../../../test/e2e/hosts/host-process.ts';
import type { RunningPeer } from '../peer.ts';
import { endServer } from './run-server.ts';

type Own = Pick<RunningPeer, 'target' | 'missing'>;

/** A peer that is done with an event when it answers, and consists of these servers; the last one started is ended first. */
export const runningServers = (servers: readonly HostProcess[], { target, missing }: Own): RunningPeer => ({
  pids: servers.map(({ pid }) => pid),
  target,
  settle: async () => {},
  missing,
  kill: async () => {
    await Promise.all(servers.map((server) => server.killAll()));
  },
  stop: async () => {
    for (const server of servers.toReversed()) await endServer(server);
  },
});
