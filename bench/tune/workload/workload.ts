import { readFileSync } from 'node:fs';
import type { Arrival } from '../../load/plan.ts';
import { type EventSizes, sizeAt } from '../../load/sized-events.ts';
import { readSourceEvents } from '../../load/source-events.ts';
import { WrongUsage } from '../../run/run-options.ts';

/** What clients do: how requests arrive, and what is in them. The format of a workload's file, too. */
export interface Workload {
  readonly format: 'fi-events workload';
  readonly formatVersion: 1;
  readonly name: string;
  /** In words, for reports. */
  readonly what: string;
  readonly arrival: Arrival;
  readonly connections: number;
  /** 1: single events. More: NDJSON of so many to `POST /events`. */
  readonly eventsPerRequest: number;
  /** Without it the data set's own: 432 to 1,844 bytes, half of them below 859. */
  readonly eventSizes?: EventSizes;
}

/** What the command line may change about a workload by name. */
export interface WorkloadChanges {
  /** Requests a second; of bursts, within one. */
  readonly rate?: number;
  readonly eventsPerRequest?: number;
  readonly connections?: number;
  readonly eventSizes?: EventSizes;
}

/** Bursts: as long as this, and so much longer calm with a hundredth of their rate. */
const [burstMs, calmMs, calmShare] = [500, 1_500, 0.01];

const seed = 1;

type Preset = (rate: number) => Pick<Workload, 'what' | 'arrival'>;

const presets: Readonly<Record<string, { readonly rate: number; readonly batch: number; readonly make: Preset }>> = {
  steady: {
    rate: 200,
    batch: 1,
    make: (rate) => ({
      what: `${rate} requests a second, evenly`,
      arrival: { kind: 'constant', requestsPerSecond: rate },
    }),
  },
  poisson: {
    rate: 200,
    batch: 1,
    make: (rate) => ({
      what: `${rate} requests a second on average, independent of each other`,
      arrival: { kind: 'varying', steps: [{ forMs: 1_000, requestsPerSecond: rate }], spacing: 'random', seed },
    }),
  },
  bursts: {
    rate: 5_000,
    batch: 1,
    make: (rate) => ({
      what: `bursts of ${rate} requests a second for ${burstMs} ms, every ${burstMs + calmMs} ms`,
      arrival: {
        kind: 'varying',
        steps: [
          { forMs: calmMs, requestsPerSecond: rate * calmShare },
          { forMs: burstMs, requestsPerSecond: rate },
        ],
        spacing: 'random',
        seed,
      },
    }),
  },
  batch: {
    rate: 0,
    batch: 1_000,
    make: () => ({
      what: 'one client that sends its next batch as soon as the last one was accepted',
      arrival: { kind: 'closed' },
    }),
  },
};

export const presetNames: readonly string[] = Object.keys(presets);

/** Enough that a burst never waits for a connection as long as the target keeps up. */
const openConnections = 100;

/** @throws WrongUsage when it is no such file */
const readWorkload = (file: string): Workload => {
  let read: Partial<Workload>;
  try {
    read = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new WrongUsage(`${file} is neither one of ${presetNames.join(', ')} nor a workload's file`, { cause });
  }
  if (read.format !== 'fi-events workload' || read.formatVersion !== 1) {
    throw new WrongUsage(`${file} is not what "tune record" writes`);
  }
  return read as Workload;
};

/** Sizes as the command line has them: `p50=800,p95=1500,p100=4000`, bytes by percentile. @throws WrongUsage */
export const parseSizes = (text: string): EventSizes => {
  const sizes = text.split(',').map((part): readonly [number, number] => {
    const [, percent, bytes] = /^\s*p(\d+(?:\.\d+)?)=(\d+)\s*$/.exec(part) ?? [];
    if (percent === undefined || bytes === undefined || Number(percent) > 100 || Number(bytes) > 1_000_000) {
      throw new WrongUsage(`--sizes wants e.g. p50=800,p95=1500,p100=4000 (bytes up to 1000000), not ${text}`);
    }
    return [Number(percent) / 100, Number(bytes)];
  });
  const ascends = sizes.every(([share, bytes], index) => {
    const [shareBefore, bytesBefore] = sizes[index - 1] ?? [-1, 0];
    return share > shareBefore && bytes >= bytesBefore;
  });
  if (!ascends) throw new WrongUsage(`--sizes wants ascending percentiles and bytes, not ${text}`);
  return sizes;
};

const withRate = (workload: Workload, rate: number | undefined): Workload => {
  if (rate === undefined) return workload;
  const { arrival } = workload;
  if (arrival.kind !== 'constant') throw new WrongUsage('--rate is for the workloads by name; edit the file');
  return { ...workload, arrival: { ...arrival, requestsPerSecond: rate } };
};

const eventsInDataSet = 10_000;

/** @throws WrongUsage when requests of that size cannot be made of the data set */
const checked = (workload: Workload): Workload => {
  if (eventsInDataSet % workload.eventsPerRequest === 0) return workload;
  throw new WrongUsage(
    `${workload.eventsPerRequest} events a request cannot be had: take a number that divides ${eventsInDataSet}`,
  );
};

/** The workload of a name or a file, with what the command line changes about it. @throws WrongUsage */
export const workloadOf = (nameOrFile: string, changes: WorkloadChanges): Workload => {
  const { rate, ...others } = changes;
  const preset = Object.hasOwn(presets, nameOrFile) ? presets[nameOrFile] : undefined;
  if (preset === undefined) return checked({ ...withRate(readWorkload(nameOrFile), rate), ...others });
  const { what, arrival } = preset.make(rate ?? preset.rate);
  const eventsPerRequest = changes.eventsPerRequest ?? preset.batch;
  return checked({
    format: 'fi-events workload',
    formatVersion: 1,
    name: nameOrFile,
    what: eventsPerRequest === 1 ? what : `${what}; ${eventsPerRequest} events a request`,
    arrival,
    connections: arrival.kind === 'closed' ? 1 : openConnections,
    eventsPerRequest,
    ...others,
  });
};

/** Bytes of an event as it is sent, on average. */
export const meanEventBytes = ({ eventSizes }: Workload): number => {
  const events = readSourceEvents();
  const bytes = events.map(({ line }, index) =>
    eventSizes === undefined ? Buffer.byteLength(line) : sizeAt(eventSizes, (index + 0.5) / events.length),
  );
  return bytes.reduce((sum, each) => sum + each, 0) / bytes.length;
};
