import { setTimeout } from 'node:timers/promises';
import { memoryOf, watchMemory } from '../measure/memory.ts';
import { type HostRun, withHost } from './host-run.ts';
import type { Observation, Scale, Scenario } from './scenario.ts';

/** Garbage of the start is gone by then. */
const settledAfterMs = 1_000;

const measure = async (run: HostRun, { warmUpMs, measureMs }: Scale): Promise<Omit<Observation, 'lost'>> => {
  const { pid } = run.host.process;
  await setTimeout(settledAfterMs);
  const idle = memoryOf(pid);
  const memory = watchMemory([pid]);
  const closed = { arrival: { kind: 'closed' }, warmUpMs, durationMs: measureMs } as const;
  await run.load({ ...closed, connections: 50, eventsPerRequest: 1 });
  await run.load({ ...closed, connections: 8, eventsPerRequest: 100 });
  await run.drain();
  const { proportionalMB, residentMB, series } = memory.stop();
  return {
    values: {
      idleMB: idle.proportionalMB ?? idle.residentMB,
      largestMB: proportionalMB ?? residentMB,
      residentMB,
    },
    series: { 'all processes, MB': series },
  };
};

export const memory: Scenario = {
  name: 'memory',
  what: 'memory of all processes of the host, sealing among them, under single events and then under batches, both as fast as they are accepted',
  metrics: {
    idleMB: { what: 'after the start (proportional set size)', unit: 'MB', better: 'lower' },
    largestMB: { what: 'largest under load (proportional set size)', unit: 'MB', better: 'lower' },
    residentMB: { what: 'largest sum of resident sets, shared pages counted again', unit: 'MB', better: 'lower' },
  },
  run: async (context) => {
    const { found, lost } = await withHost(context, (run) => measure(run, context.scale));
    return { ...found, lost };
  },
};
