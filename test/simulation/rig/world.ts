import type { AcceptedEvent } from '../../../shared/domain/event.ts';
import { createUuidV7Source } from '../../../shared/domain/ids.ts';
import type { FindOtherForm } from '../../../shared/domain/other-form.ts';
import type { Policy } from '../../../shared/domain/policy.ts';
import type { Clock } from '../../../shared/ports/clock.ts';
import { createPersistStage, type QueuedPack } from '../../../shared/stages/persist.ts';
import { createConflictQuarantine } from '../../../shared/stages/seal/quarantine-conflicts.ts';
import { createPartWriter } from '../../../shared/store/level0.ts';
import { generateSigningKey, openSigner } from '../../../shared/store/log/note/signer.ts';
import { Merger } from '../../../shared/store/merge/merger.ts';
import type { Compression, EventFeed, EventReader } from '../../../shared/store/port.ts';
import { createLetterPublisher } from '../../../shared/store/quarantine/publish-letter.ts';
import { createEventReader } from '../../../shared/store/read.ts';
import { Retainer } from '../../../shared/store/retain/retainer.ts';
import { Sealer } from '../../../shared/store/seal/sealer.ts';
import { silentLogger } from '../../../shared/telemetry/log.ts';
import { anyEvent } from './events.ts';
import { type Faults, SimulatedMount } from './mount.ts';
import { createDeadLetters, SimulatedQueue } from './queue.ts';
import { createRandom } from './random.ts';
import { keepRemovalRule } from './removal-rule.ts';
import { Scheduler } from './scheduler.ts';
import { SimulatedShare } from './share.ts';

export const store = '/store';
export const graceMs = 600_000;
/** Goes as soon as its day was over for a day; the rest stays. */
export const droppedSegment = 'audio';
const retention: Pick<Policy, 'retentionDaysOf' | 'holds'> = {
  retentionDaysOf: (segment) => (segment === droppedSegment ? 1 : undefined),
  holds: { segments: new Set(), consultations: new Set() },
};
/** So few that a run of some hundred events has spans of more than one level. */
export const spanPositions = 8;
export const signer = openSigner(generateSigningKey('simulation.local/log', new Uint8Array(32).fill(9)));

/** A program on some host; all that it knows ends with it. */
export type Program = (files: SimulatedMount) => Promise<void>;

/** One store, one queue, and what was accepted, under one seed. */
export class World {
  readonly scheduler: Scheduler;
  readonly share: SimulatedShare;
  readonly queue: SimulatedQueue;
  readonly deadLetters = createDeadLetters();
  readonly accepted: AcceptedEvent[] = [];
  readonly clock: Clock;
  /** What was unlinked too soon. */
  readonly brokenRemovals: readonly string[];
  readonly #stored: { readonly event: AcceptedEvent; readonly atMs: number }[] = [];
  /** Whether days are dropped in this world, some of which are over then when their events come in. */
  retains = false;
  readonly #compressionOf: (segment: string) => Compression;
  #names = 0;
  #numbers = 0;

  constructor(seed: number) {
    const random = createRandom(seed);
    this.scheduler = new Scheduler(random);
    this.share = new SimulatedShare(this.scheduler, store);
    this.brokenRemovals = keepRemovalRule(this.share, store, graceMs);
    this.queue = new SimulatedQueue(random);
    const compressions: Record<'audio' | 'clinical', Compression> = {
      audio: random.pick(['none', 'gzip-1']),
      clinical: random.pick(['none', 'gzip-1']),
    };
    this.#compressionOf = (segment) => (segment === 'audio' ? compressions.audio : compressions.clinical);
    const { scheduler } = this;
    this.clock = {
      nowMs: () => scheduler.nowMs,
      monotonicMs: () => scheduler.nowMs,
      sleep: (ms) => scheduler.sleep(ms),
      after: () => ({ cancel: () => {} }),
    };
  }

  get #longestAgeMs(): number {
    return this.retains ? 300_000_000 : 100_000_000;
  }

  /** Clients send some events; each gets its 202. */
  accept(packs: number): void {
    const { random, nowMs } = this.scheduler;
    for (let pack = 0; pack < packs; pack++) {
      const events = Array.from({ length: 1 + random.below(4) }, () => {
        const event = anyEvent(random, ++this.#numbers, nowMs - random.below(this.#longestAgeMs), this.accepted);
        this.accepted.push(event);
        return event;
      });
      this.queue.send(events);
    }
  }

  /** Persist has stored these messages: what they hold is durable, and the queue forgets it. */
  acknowledge(packs: readonly QueuedPack[]): void {
    const atMs = this.scheduler.nowMs;
    this.#stored.push(...this.queue.acknowledge(packs).map((event) => ({ event, atMs })));
  }

  /** What was stored before that time, and so has to be readable. */
  storedBefore(ms: number): readonly AcceptedEvent[] {
    return this.#stored.filter(({ atMs }) => atMs < ms).map(({ event }) => event);
  }

  /** A process on some host, with its own faults; when it crashes, its calls all fail. */
  mount(faults: Faults): SimulatedMount {
    return new SimulatedMount(this.share, faults);
  }

  newPersist(files: SimulatedMount) {
    const { clock } = this;
    const { random } = this.scheduler;
    return createPersistStage({
      writer: createPartWriter({ folder: store, files, clock, random: (target) => random.fill(target) }),
      deadLetters: this.deadLetters,
      compressionOf: this.#compressionOf,
      fallbackCompression: 'none',
      clock,
      logger: silentLogger,
    });
  }

  newSealer(files: SimulatedMount): Sealer {
    const { clock } = this;
    const { random } = this.scheduler;
    return new Sealer({
      folder: store,
      files,
      clock,
      logger: silentLogger,
      newId: createUuidV7Source(clock.nowMs, (target) => random.fill(target)),
      pace: { waitingParts: 1, waitingMs: 0 },
      batch: { events: 12, bytes: 1_000_000 },
      graceMs,
      compressionOf: this.#compressionOf,
      openSigner: async () => signer,
      checkpointFolder: undefined,
      quarantine: createConflictQuarantine(
        createLetterPublisher(store, files, () => `name-${++this.#names}`),
        silentLogger,
      ),
      otherForm: this.newOtherForm(files),
    });
  }

  /** Where events are stored encrypted, a sealer needs their keys; a world that encrypts says so. */
  protected newOtherForm(_files: SimulatedMount): FindOtherForm | undefined {
    return undefined;
  }

  newMerger(files: SimulatedMount): Merger {
    const { clock } = this;
    const { random } = this.scheduler;
    return new Merger({
      folder: store,
      files,
      clock,
      logger: silentLogger,
      newId: createUuidV7Source(clock.nowMs, (target) => random.fill(target)),
      // Small, so that parts become full and merges come to more than one size.
      limits: { inputs: 5, events: 40, bytes: 1_000_000 },
      mostIds: 1_000,
      compressionOf: this.#compressionOf,
      graceMs,
      openSigner: async () => signer,
      checkpointFolder: undefined,
      spanPositions,
    });
  }

  newRetainer(files: SimulatedMount): Retainer {
    const { clock } = this;
    const { random } = this.scheduler;
    return new Retainer({
      folder: store,
      files,
      clock,
      logger: silentLogger,
      newId: createUuidV7Source(clock.nowMs, (target) => random.fill(target)),
      policy: () => retention,
      openSigner: async () => signer,
      checkpointFolder: undefined,
    });
  }

  newReader(files: SimulatedMount): EventReader & EventFeed {
    return createEventReader({ folder: store, files, clock: this.clock, spanPositions });
  }

  /** Runs a program, and again from nothing each time that its process ends in the middle, until it comes to its end. */
  async host(faults: Faults, program: Program): Promise<void> {
    for (;;) {
      const files = this.mount(faults);
      try {
        await program(files);
        return;
      } catch (error) {
        if (!files.crashed) throw error;
      }
    }
  }
}

/** The store said that it can't be used for now; anything else is a finding. */
export const requireOutage = (error: unknown, files: SimulatedMount): void => {
  if (files.crashed) throw error;
  if (!(error instanceof Error && 'tag' in error && error.tag === 'StoreUnavailable')) throw error;
};
