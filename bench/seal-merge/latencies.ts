import type { ConsultationId } from '../../shared/domain/ids.ts';
import { nodeStoreFiles } from '../../shared/store/files.ts';
import { createPartWriter } from '../../shared/store/level0.ts';
import type { EventReader, PartWriter } from '../../shared/store/port.ts';
import { createEventReader } from '../../shared/store/read.ts';
import { countFiles, type FileCounts } from '../growth/counted-files.ts';
import { percentile } from '../load/plan.ts';
import { sealBatches } from '../sealed/events.ts';
import { type Estimate, medianRatio } from './median-ratio.ts';
import type { ReadTarget } from './stages.ts';

export interface StoreToMeasure {
  readonly folder: string;
  readonly events: number;
  readonly targets: readonly ReadTarget[];
}

/** A read by a reader that has just been made knows nothing of the store yet, as in a new process, but for the compiled code. */
export const measuredActs = ['persist', 'GET', 'GET by a new reader'] as const;
export type MeasuredAct = (typeof measuredActs)[number];

interface Cost {
  readonly ms: number;
  readonly cpuMs: number;
  readonly opens: number;
  readonly readBytes: number;
}

/** What an act takes in a store, in the median, and how many times what it takes in the small one. */
export interface ActLatency {
  readonly act: MeasuredAct;
  readonly events: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly cpuMs: number;
  readonly opens: number;
  readonly readBytes: number;
  readonly ratio: {
    readonly ms: Estimate;
    readonly cpuMs: Estimate;
    /** Null where the small store asks for none. */
    readonly opens: number | null;
    readonly readBytes: number | null;
  };
}

const pageEvents = 200;
const warmUps = 20;

type Counted = ReturnType<typeof countFiles>;

/** A store with what reads and writes it. */
class Subject {
  readonly costs: Record<MeasuredAct, Cost[]> = { persist: [], GET: [], 'GET by a new reader': [] };
  readonly #store: StoreToMeasure;
  readonly #counted: Counted = countFiles(nodeStoreFiles);
  readonly #writer: PartWriter;
  readonly #reader: EventReader;

  constructor(store: StoreToMeasure) {
    this.#store = store;
    this.#writer = createPartWriter({ folder: store.folder, files: this.#counted.files });
    this.#reader = this.#newReader();
  }

  get events(): number {
    return this.#store.events;
  }

  /** @param round which consultation to read: the same round reads as many events in every store */
  async measure(act: MeasuredAct, round: number, batch: Parameters<PartWriter['write']>[0]): Promise<void> {
    const before: FileCounts = { ...this.#counted.counts };
    const reader = act === 'GET' ? this.#reader : this.#newReader();
    const [startMs, startCpu] = [performance.now(), process.cpuUsage()];
    if (act === 'persist') await this.#writer.write(batch, 'gzip-1');
    else await this.#read(reader, round);
    const { user, system } = process.cpuUsage(startCpu);
    const ms = performance.now() - startMs;
    const { opens, lists, readBytes } = this.#counted.counts;
    this.costs[act].push({
      ms,
      cpuMs: (user + system) / 1_000,
      opens: opens + lists - before.opens - before.lists,
      readBytes: readBytes - before.readBytes,
    });
  }

  forgetWarmUps(): void {
    for (const act of measuredActs) this.costs[act].splice(0, warmUps);
  }

  #newReader(): EventReader {
    return createEventReader({ folder: this.#store.folder, files: this.#counted.files });
  }

  #targetOf(round: number): ReadTarget | undefined {
    const bySize = [...Map.groupBy(this.#store.targets, ({ events }) => events)].sort(
      ([left], [right]) => left - right,
    );
    const [, members = []] = bySize[round % bySize.length] ?? [];
    return members[Math.floor(round / bySize.length) % members.length];
  }

  async #read(reader: EventReader, round: number): Promise<void> {
    const target = this.#targetOf(round);
    if (target === undefined) throw new Error('there is no consultation to read');
    const consultationId = target.consultation as ConsultationId;
    const { events } = await reader.byConsultation({ consultationId, limit: pageEvents, includeUnsealed: false });
    const expected = Math.min(pageEvents, target.events);
    if (events.length !== expected) throw new Error(`${events.length} events were read instead of ${expected}`);
  }
}

const shuffled = <Item>(items: readonly Item[]): readonly Item[] =>
  items
    .map((item) => ({ item, at: Math.random() }))
    .sort((left, right) => left.at - right.at)
    .map(({ item }) => item);

const sortedOf = (costs: readonly Cost[], what: keyof Cost): Float64Array =>
  Float64Array.from(costs, (cost) => cost[what]).sort();

const meanOf = (costs: readonly Cost[], what: keyof Cost): number =>
  costs.reduce((sum, cost) => sum + cost[what], 0) / costs.length;

const latencyOf = (act: MeasuredAct, subject: Subject, small: Subject): ActLatency => {
  const [costs, few] = [subject.costs[act], small.costs[act]];
  const ratioOf = (what: keyof Cost): Estimate =>
    medianRatio(costs.map((cost, index) => ({ many: cost[what], few: few[index]?.[what] ?? Number.NaN })));
  const times = (what: keyof Cost): number | null =>
    meanOf(few, what) === 0 ? null : meanOf(costs, what) / meanOf(few, what);
  return {
    act,
    events: subject.events,
    p50Ms: percentile(sortedOf(costs, 'ms'), 0.5),
    p95Ms: percentile(sortedOf(costs, 'ms'), 0.95),
    cpuMs: percentile(sortedOf(costs, 'cpuMs'), 0.5),
    opens: meanOf(costs, 'opens'),
    readBytes: meanOf(costs, 'readBytes'),
    ratio: { ms: ratioOf('ms'), cpuMs: ratioOf('cpuMs'), opens: times('opens'), readBytes: times('readBytes') },
  };
};

/**
 * Persists batches and reads consultations of some 200 events, in the stores by turns and in random order, so that what else the machine does
 * hits all alike; what counts is the ratio of the two measurements of a turn.
 * @param stores the smallest first
 */
export const latencies = async (stores: readonly StoreToMeasure[], times: number): Promise<readonly ActLatency[]> => {
  const batches = [...sealBatches(20_000, 1_000)];
  const subjects = stores.map((store) => new Subject(store));
  for (let round = 0; round < warmUps + times; round++) {
    for (const act of shuffled(measuredActs)) {
      for (const subject of shuffled(subjects))
        await subject.measure(act, round, batches[round % batches.length] ?? []);
    }
  }
  for (const subject of subjects) subject.forgetWarmUps();
  const [small] = subjects;
  if (small === undefined) return [];
  return measuredActs.flatMap((act) => subjects.map((subject) => latencyOf(act, subject, small)));
};
