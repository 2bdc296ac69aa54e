import { setInterval } from 'node:timers/promises';
import { metricSum } from '../../test/e2e/api/metrics.ts';
import { slopeOf } from '../measure/slope.ts';
import { type HostRun, withHost } from './host-run.ts';
import type { Observation, Scale, Scenario } from './scenario.ts';

const sampleEveryMs = 250;

interface Sample {
  readonly seconds: number;
  readonly accepted: number;
  readonly stored: number;
}

/** Samples what the host counts until `ended` settles. */
const watchCounts = async (run: HostRun, ended: Promise<unknown>): Promise<readonly Sample[]> => {
  const startMs = performance.now();
  const samples: Sample[] = [];
  const take = async (): Promise<void> => {
    const metrics = await run.metrics();
    samples.push({
      seconds: (performance.now() - startMs) / 1_000,
      accepted: metricSum(metrics, 'fi_events_accepted_total'),
      stored: metricSum(metrics, 'fi_events_appended_total'),
    });
  };
  let running = true;
  const end = ended.finally(() => {
    running = false;
  });
  for await (const _ of setInterval(sampleEveryMs)) {
    await take();
    if (!running) break;
  }
  await end;
  await take();
  return samples;
};

const measure = async (run: HostRun, scale: Scale): Promise<Omit<Observation, 'lost'>> => {
  let drainSeconds = Number.NaN;
  const work = async (): Promise<void> => {
    await run.load({
      arrival: { kind: 'closed' },
      connections: 8,
      eventsPerRequest: 100,
      durationMs: scale.sustainedMs,
      warmUpMs: scale.warmUpMs,
    });
    drainSeconds = await run.drain();
  };
  const samples = await watchCounts(run, work());
  const last = samples.at(-1);
  if (last === undefined || last.accepted !== last.stored) {
    throw new Error(`${last?.accepted} events were accepted and ${last?.stored} stored when the queue was empty`);
  }
  const loadSeconds = (scale.warmUpMs + scale.sustainedMs) / 1_000;
  const backlog = samples.map(({ seconds, accepted, stored }) => [seconds, accepted - stored] as const);
  const secondHalf = backlog.filter(([seconds]) => seconds > loadSeconds / 2 && seconds < loadSeconds);
  const whenStored = samples.find(({ stored }) => stored === last.stored)?.seconds ?? last.seconds;
  return {
    values: {
      storedPerSecond: last.stored / whenStored,
      largestBacklog: Math.max(...backlog.map(([, events]) => events)),
      backlogGrowth: slopeOf(secondHalf),
      drainSeconds,
    },
    series: {
      'accepted, events': samples.map(({ seconds, accepted }) => [seconds, accepted]),
      'stored, events': samples.map(({ seconds, stored }) => [seconds, stored]),
      'backlog, events': backlog,
    },
  };
};

export const sustained: Scenario = {
  name: 'sustained',
  what: 'batches of 100 as fast as they are accepted, for longer: whether storing keeps up, and how far it falls behind',
  metrics: {
    storedPerSecond: { what: 'events stored, until the last one was', unit: 'events/s', better: 'higher' },
    largestBacklog: { what: 'largest backlog', unit: 'events', better: 'lower' },
    backlogGrowth: { what: 'growth of the backlog in the second half', unit: 'events/s', better: 'neither' },
    drainSeconds: { what: 'until the queue was empty afterwards', unit: 's', better: 'lower' },
  },
  run: async (context) => {
    const { found, lost } = await withHost(context, (run) => measure(run, context.scale));
    return { ...found, lost };
  },
};
