import path from 'node:path';
import { descendants } from '../../test/e2e/hosts/processes.ts';
import { type ThreadTime, threadTimesOf } from '../measure/thread-time.ts';
import { type HostRun, type Load, withHost } from '../scenarios/host-run.ts';
import { fullScale } from '../scenarios/scales.ts';
import { monotonicUs, readProfiles, type Span } from './cpu-profile.ts';
import type { Profiled } from './profiled.ts';
import type { ProfileScale } from './result.ts';
import { shareOut, threadTimesBetween } from './share-out.ts';

/** A load that arrives at a constant rate. */
export interface FixedLoad {
  readonly connections: number;
  readonly eventsPerRequest: number;
  readonly requestsPerSecond: number;
}

interface ProcessInSpan {
  readonly pid: number;
  readonly threads: readonly ThreadTime[];
}

interface Found {
  readonly events: number;
  readonly span: Span;
  readonly front: ProcessInSpan;
  readonly consumer: ProcessInSpan;
}

/** Both processes of a host: the front, and its one child. */
const pidsOf = ({ host }: HostRun): { readonly front: number; readonly consumer: number } => {
  const [consumer, ...others] = descendants(host.process.pid);
  if (consumer === undefined || others.length > 0) throw new Error('a host has one child, its consumer');
  return { front: host.process.pid, consumer };
};

const measure = async (run: HostRun, warmUp: Load, load: Load): Promise<Found> => {
  await run.load(warmUp);
  await run.drain();
  const pids = pidsOf(run);
  const before = { front: threadTimesOf(pids.front), consumer: threadTimesOf(pids.consumer) };
  const startUs = monotonicUs();
  const { acceptedEvents: events } = await run.load(load);
  await run.drain();
  const span = { startUs, endUs: monotonicUs() };
  const inSpan = (name: 'front' | 'consumer'): ProcessInSpan => ({
    pid: pids[name],
    threads: threadTimesBetween(before[name], threadTimesOf(pids[name])),
  });
  return { events, span, front: inSpan('front'), consumer: inSpan('consumer') };
};

/** What is stored is sealed in programs of their own: in a load of seconds it comes as it happens to. */
const withoutSealing = { FI_SEAL_AGE_MS: '3600000', FI_SEAL_PARTS: '100000' } as const;

export interface HostTimes {
  readonly front: Profiled;
  readonly consumer: Profiled;
}

/**
 * Loads what `npm start` runs, under the profiler, from an empty queue until it is empty again.
 * @param folder empty
 * @throws Error when an accepted event is in no part afterwards
 */
export const profileHost = async (
  folder: string,
  { requestsPerSecond, ...load }: FixedLoad,
  { warmUpMs, loadMs }: Pick<ProfileScale, 'warmUpMs' | 'loadMs'>,
): Promise<HostTimes> => {
  const profiles = path.join(folder, 'profiles');
  const arriving = {
    ...load,
    arrival: { kind: 'constant', requestsPerSecond },
    warmUpMs: 0,
    mostBehindMs: loadMs,
  } as const;
  const { found, lost } = await withHost(
    { folder, scale: fullScale },
    (run) => measure(run, { ...arriving, durationMs: warmUpMs }, { ...arriving, durationMs: loadMs }),
    { ...withoutSealing, NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profiles}` },
  );
  if (lost > 0) throw new Error(`${lost} events were accepted and are in no part`);
  const written = readProfiles(profiles);
  const timesOf = ({ pid, threads }: ProcessInSpan): Profiled => ({
    events: found.events,
    ...shareOut(
      threads,
      written.filter((profile) => profile.pid === pid),
      found.span,
    ),
  });
  return { front: timesOf(found.front), consumer: timesOf(found.consumer) };
};
