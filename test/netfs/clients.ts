import { type Follower, followPages, followStream } from './clients/follower.ts';
import { SentEvents } from './clients/sent-events.ts';
import { startWriter, type Writer } from './clients/writer.ts';
import { type Cluster, hostNames } from './cluster.ts';

/** A writer at each host, and at each host one who follows by pages and one who follows by stream. */
export interface Clients {
  readonly events: SentEvents;
  readonly writers: readonly Writer[];
  readonly followers: readonly Follower[];
  /** @throws what a follower saw that must not be. */
  requireHealthy(): void;
  stopWriting(): Promise<void>;
  stopFollowing(): Promise<void>;
}

export const startClients = ({ urlOf, headers }: Cluster): Clients => {
  const events = new SentEvents();
  const [first, second] = hostNames.map(urlOf) as [string, string];
  const writers = [
    startWriter({ events, headers, targets: [first, second] }),
    startWriter({ events, headers, targets: [second, first] }),
  ];
  const followers = [first, second].flatMap((target) => [
    followPages({ events, headers, target }),
    followStream({ events, headers, target }),
  ]);
  return {
    events,
    writers,
    followers,
    requireHealthy: () => {
      for (const { name, failure } of followers) if (failure !== undefined) throw new Error(name, { cause: failure });
    },
    stopWriting: async () => {
      await Promise.all(writers.map((writer) => writer.stop()));
    },
    stopFollowing: async () => {
      await Promise.all(followers.map((follower) => follower.stop()));
    },
  };
};
