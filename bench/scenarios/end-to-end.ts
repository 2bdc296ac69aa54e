import { spectrumOf } from '../measure/spectrum.ts';
import { probe } from './end-to-end/probe.ts';
import { publishedAt } from './end-to-end/published-at.ts';
import { type HostRun, withHost } from './host-run.ts';
import { latencyValues } from './latency-metrics.ts';
import type { Metric, Observation, Scale, Scenario } from './scenario.ts';

const probesEveryMs = 50;

const measure = async (run: HostRun, scale: Scale): Promise<Omit<Observation, 'lost'>> => {
  const { readableRate, measureMs, warmUpMs } = scale;
  const load = run.load({
    arrival: { kind: 'constant', requestsPerSecond: readableRate },
    connections: 50,
    eventsPerRequest: 1,
    durationMs: measureMs,
    warmUpMs,
  });
  const probes = await probe(run.host.baseUrl, {
    startAfterMs: warmUpMs,
    everyMs: probesEveryMs,
    count: Math.floor(measureMs / probesEveryMs),
  });
  await load;
  await run.drain();
  const published = publishedAt(
    run.host.storeDir,
    probes.map(({ eventId }) => eventId),
  );
  const [toDisk, toReadable, diskToReadable] = [[], [], []] as [number[], number[], number[]];
  for (const { eventId, acceptedAtMs, readableAtMs } of probes) {
    const onDiskAtMs = published.get(eventId);
    if (onDiskAtMs === undefined) throw new Error(`${eventId} was readable and is in no part of level 0`);
    toDisk.push(onDiskAtMs - acceptedAtMs);
    toReadable.push(readableAtMs - acceptedAtMs);
    diskToReadable.push(readableAtMs - onDiskAtMs);
  }
  const [disk, readable, rest] = [toDisk, toReadable, diskToReadable].map((ms) => Float64Array.from(ms).sort()) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  return {
    values: {
      toDiskP50Ms: latencyValues(disk).p50Ms,
      toDiskP95Ms: latencyValues(disk).p95Ms,
      diskToReadableP95Ms: latencyValues(rest).p95Ms,
      readableP50Ms: latencyValues(readable).p50Ms,
      readableP95Ms: latencyValues(readable).p95Ms,
      readableMaxMs: readable.at(-1) ?? Number.NaN,
    },
    spectra: { '202 to on disk': spectrumOf(disk), '202 to readable': spectrumOf(readable) },
  };
};

const time = (what: string): Metric => ({ what, unit: 'ms', better: 'lower' });

export const endToEnd: Scenario = {
  name: 'end-to-end',
  what: 'from the 202 to a synced part, and to the first answer that has the event, at a constant rate',
  metrics: {
    toDiskP50Ms: time('202 to a synced part, p50'),
    toDiskP95Ms: time('202 to a synced part, p95'),
    diskToReadableP95Ms: time('from there to readable, p95; one question takes some milliseconds itself'),
    readableP50Ms: time('202 to readable, p50'),
    readableP95Ms: time('202 to readable, p95'),
    readableMaxMs: time('202 to readable, the slowest'),
  },
  run: async (context) => {
    const { found, lost } = await withHost(context, (run) => measure(run, context.scale));
    return { ...found, lost };
  },
};
