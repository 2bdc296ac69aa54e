import { randomFillSync } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { AcceptedEvent } from '../../shared/domain/event.ts';
import { createUuidV7Source } from '../../shared/domain/ids.ts';
import { builtInPolicy } from '../../shared/domain/policy.ts';
import { type Clock, systemClock } from '../../shared/ports/clock.ts';
import { nodeStoreFiles } from '../../shared/store/files.ts';
import { openSigner } from '../../shared/store/log/note/signer.ts';
import { Merger } from '../../shared/store/merge/merger.ts';
import type { Compression } from '../../shared/store/port.ts';
import { silentLogger } from '../../shared/telemetry/log.ts';
import { sealBatches } from '../sealed/events.ts';
import { StoreFiller } from '../verify/fill-store.ts';

export interface GrowingOptions {
  /** Made, and the store and its key in it. */
  readonly folder: string;
  readonly perCommit: number;
  readonly perDay: number;
  /** Of merged parts. */
  readonly compression: Compression;
}

/** What is read at every size: of the first events, so that only the size of the store makes a difference. */
export interface ReadTarget {
  readonly consultationId: string;
  readonly eventId: string;
  /** Sealed events of the consultation. */
  readonly events: number;
}

/** Days long over, whenever this runs. */
const firstDayMs = Date.parse('2020-01-01T00:00:00Z');
const dayMs = 86_400_000;

/** The first so many events have consultations of their own, so that one of them is whole in the smallest store. */
const firstEvents = 10_000;

/** The consultation whose number of events is the nearest to this one is read. */
const readEvents = 200;

/** After so long without an event a day is over, and merged to the end. */
const dayOverMs = 7_200_000;

/** A clock that can be put ahead of the system's. */
class AheadClock implements Clock {
  aheadMs = 0;
  /** What only grows, while the time of day goes back to the system's. */
  passedMs = 0;

  nowMs(): number {
    return systemClock.nowMs() + this.aheadMs;
  }

  monotonicMs(): number {
    return systemClock.monotonicMs() + this.passedMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return systemClock.sleep(ms, signal);
  }

  after(ms: number, callback: () => void): { cancel(): void } {
    return systemClock.after(ms, callback);
  }
}

/** Batches as they are sealed, day by day. */
function* eventBatches(perCommit: number, perDay: number): Generator<readonly AcceptedEvent[]> {
  const segmentOf = (eventType: string): string => builtInPolicy.ruleOf(eventType).segment;
  for (let dayNumber = 0; ; dayNumber++) {
    const day = new Date(firstDayMs + dayNumber * dayMs).toISOString().slice(0, 10);
    const apart = dayNumber === 0 ? Math.min(firstEvents, perDay) : 0;
    yield* sealBatches(apart, perCommit, { day, segmentOf });
    yield* sealBatches(perDay - apart, perCommit, { day, segmentOf });
  }
}

const targetAmong = (events: readonly AcceptedEvent[]): ReadTarget => {
  const distance = ([, members]: readonly [string, readonly AcceptedEvent[]]): number =>
    Math.abs(members.length - readEvents);
  const consultations = Map.groupBy(events, ({ consultationId }) => consultationId);
  const [nearest] = [...consultations].sort((left, right) => distance(left) - distance(right));
  if (nearest === undefined) throw new Error('there is no event to read');
  const [consultationId, members] = nearest;
  return {
    consultationId,
    eventId: members[Math.floor(members.length / 2)]?.eventId ?? '',
    events: members.length,
  };
};

/**
 * A store that grows by what the product seals and merges with, without level 0 and with no grace: what a store has come to ten
 * minutes after its newest event, if a day of it has so many events.
 */
export class GrowingStore {
  readonly store: string;
  readonly keyFile: string;
  readonly #filler: StoreFiller;
  readonly #merger: Merger;
  readonly #clock = new AheadClock();
  readonly #batches: Generator<readonly AcceptedEvent[]>;
  readonly #perDay: number;
  #target: ReadTarget | undefined;
  #events = 0;

  constructor({ folder, perCommit, perDay, compression }: GrowingOptions) {
    this.store = path.join(folder, 'store');
    this.keyFile = path.join(folder, 'signing-key');
    this.#perDay = perDay;
    mkdirSync(path.join(this.store, 'tmp'), { recursive: true });
    this.#batches = eventBatches(perCommit, perDay);
    const { store, keyFile } = this;
    this.#filler = new StoreFiller({ store, keyFile, events: 0, perCommit, merge: false });
    this.#merger = new Merger({
      folder: this.store,
      files: nodeStoreFiles,
      clock: this.#clock,
      logger: silentLogger,
      newId: createUuidV7Source(Date.now, randomFillSync),
      graceMs: 0,
      openSigner: async () => openSigner(this.#filler.key),
      checkpointFolder: undefined,
      limits: { inputs: 100, events: 131_072, bytes: 64 * 1024 * 1024 },
      mostIds: 50_000_000,
      compressionOf: () => compression,
    });
  }

  /** The text of the key that the log is signed with. */
  get key(): string {
    return this.#filler.key;
  }

  /** Seals and merges until so many events are there, all of their days over. @returns what to read */
  async growTo(events: number): Promise<ReadTarget> {
    if (this.#events === 0) await this.#filler.run();
    const first: AcceptedEvent[] = [];
    while (this.#events < events) {
      const batch = this.#batches.next().value;
      if (this.#events < firstEvents) first.push(...batch);
      await this.#filler.seal(batch);
      this.#events += batch.length;
      if (this.#events % this.#perDay === 0) await this.#endDay();
      else await this.#merge();
    }
    await this.#endDay();
    await this.#tidy();
    this.#target ??= targetAmong(first);
    return this.#target;
  }

  async #endDay(): Promise<void> {
    await this.#merge();
    this.#clock.aheadMs = dayOverMs;
    await this.#merge();
    this.#clock.aheadMs = 0;
  }

  /** Lets so much time pass that all that was removed is unlinked. */
  async #tidy(): Promise<void> {
    this.#clock.passedMs += dayOverMs;
    await this.#merge();
  }

  async #merge(): Promise<void> {
    while ((await this.#merger.merge()).kind !== 'idle');
  }
}
