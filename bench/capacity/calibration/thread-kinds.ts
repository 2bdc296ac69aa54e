import { descendants } from '../../../test/e2e/hosts/processes.ts';
import { threadTimesOf } from '../../measure/thread-time.ts';
import type { ThreadKind } from '../node/simulate-node.ts';

/** Processor time by kind of thread, in microseconds. */
export type HostTimes = Readonly<Record<Exclude<ThreadKind, 'generator'>, number>>;

/** The name of the threads that write parts, as `localstack/host/consumer/consume.ts` gives it. */
const workerName = 'persist';

/** What a host's threads had so far; its consumer is its one child. */
export const hostTimesOf = (pid: number): HostTimes => {
  const times = { front: 0, frontHelpers: 0, poller: 0, workers: 0, consumerHelpers: 0 };
  for (const { id, us } of threadTimesOf(pid)) times[id === String(pid) ? 'front' : 'frontHelpers'] += us;
  for (const child of descendants(pid)) {
    for (const { id, name, us } of threadTimesOf(child)) {
      if (id === String(child)) times.poller += us;
      else times[name === workerName ? 'workers' : 'consumerHelpers'] += us;
    }
  }
  return times;
};
