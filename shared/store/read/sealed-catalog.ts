import path from 'node:path';
import { PartDamaged } from '../../domain/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Logger } from '../../telemetry/log.ts';
import type { CommittedPart } from '../commits/format.ts';
import type { StoreState } from '../commits/state.ts';
import type { PositionRange } from '../consultations/layout.ts';
import { Whereabouts } from '../consultations/whereabouts.ts';
import type { RangeFile, RangeReading } from '../files.ts';
import { openSealedPart, type SealedPart } from '../part/sealed/open.ts';
import { confirmAfterMs, damagedParts, lookAgainMs } from './damage.ts';
import { FingerprintCache } from './fingerprint-cache.ts';
import { Fingerprints } from './fingerprints.ts';

export interface SealedCatalogOptions {
  readonly folder: string;
  readonly files: RangeReading;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Most memory for whose events the parts hold, in bytes. */
  readonly indexBytes: number;
  /** Positions of a leaf of the index of consultations, where it is not the usual number. */
  readonly spanPositions?: number | undefined;
}

/** Where a consultation's sealed events may lie. */
export interface SealedWhereabouts {
  /** In ascending order of their first position. */
  readonly parts: readonly CommittedPart[];
  /** Parts so damaged that nobody can tell whose events they hold. */
  readonly unreadable: readonly string[];
}

/** Parts that are opened at a time: a share answers several requests sooner than one after another. */
const opensAtOnce = 8;

const byFirstPosition = (left: CommittedPart, right: CommittedPart): number =>
  left.first_position - right.first_position;

/** Which parts hold which positions. Parts share ranges, since a commit writes one for each segment and day. */
interface PositionOrder {
  readonly parts: StoreState['parts'];
  /** By first position. */
  readonly sorted: readonly CommittedPart[];
  /** The highest position of the part in this place and of those before it: it only grows, so that it can be halved. */
  readonly reach: Float64Array;
}

const orderOf = (parts: StoreState['parts']): PositionOrder => {
  const sorted = [...parts.values()].sort(byFirstPosition);
  const reach = new Float64Array(sorted.length);
  let highest = -1;
  for (const [index, { last_position }] of sorted.entries()) {
    highest = Math.max(highest, last_position);
    reach[index] = highest;
  }
  return { parts, sorted, reach };
};

/** Whether a part reaches into one of the ranges, which are in ascending order. */
const reachesInto = (ranges: readonly PositionRange[], { first_position, last_position }: CommittedPart): boolean => {
  let [low, high] = [0, ranges.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ranges[middle]?.end ?? 0) <= first_position) low = middle + 1;
    else high = middle;
  }
  const next = ranges[low];
  return next !== undefined && next.from <= last_position;
};

/**
 * The live sealed parts. The index of consultations tells which of them to ask whose events they hold. Of each that was asked is kept, while there is room, whose events it holds: four bytes a consultation, so that one
 * consultation costs what it holds and not what the store holds.
 */
export class SealedCatalog {
  readonly #options: SealedCatalogOptions;
  readonly #consultationsOf: FingerprintCache;
  readonly #damagedAtMs = new Map<string, number>();
  readonly #whereabouts: Whereabouts;
  #order: PositionOrder | undefined;

  constructor(options: SealedCatalogOptions) {
    this.#options = options;
    this.#consultationsOf = new FingerprintCache(options.indexBytes);
    const { spanPositions: positions } = options;
    this.#whereabouts = new Whereabouts({ ...options, ...(positions === undefined ? {} : { positions }) });
  }

  /**
   * @param behind only parts that have a position behind this one.
   * @throws Error the system's, e.g. `ENOENT` when a part was merged away in between: ask again with a newer state.
   */
  async locate(state: StoreState, consultationId: string, behind: number): Promise<SealedWhereabouts> {
    const ranges = await this.#whereabouts.rangesOf(state.tree.size, consultationId, behind);
    const candidates = this.behind(state, behind).filter((part) => reachesInto(ranges, part));
    const parts: CommittedPart[] = [];
    const unreadable: string[] = [];
    for (let at = 0; at < candidates.length; at += opensAtOnce) {
      const some = candidates.slice(at, at + opensAtOnce);
      const known = await Promise.all(some.map((part) => this.#consultations(part)));
      for (const [index, part] of some.entries()) {
        const consultations = known[index];
        if (consultations === undefined) unreadable.push(part.path);
        else if (consultations.mayHave(consultationId)) parts.push(part);
      }
    }
    return { parts, unreadable };
  }

  /** The parts that have a position behind this one, in ascending order of their first position. */
  behind(state: StoreState, position: number): readonly CommittedPart[] {
    const { sorted, reach } = this.#inOrder(state);
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((reach[middle] ?? 0) <= position) low = middle + 1;
      else high = middle;
    }
    return sorted.slice(low).filter(({ last_position }) => last_position > position);
  }

  /** The parts that may hold the event at a position. */
  holding(state: StoreState, position: number): readonly CommittedPart[] {
    return this.behind(state, position - 1).filter((part) => part.first_position <= position);
  }

  /** Lets `use` read from a part. @throws PartDamaged, or the system's error */
  async withPart<Result>(committed: CommittedPart, use: (sealed: SealedPart) => Promise<Result>): Promise<Result> {
    const { path: part, base_position } = committed;
    const file = await this.#open(committed);
    try {
      return await use(await openSealedPart(file, { path: part, basePosition: base_position }));
    } catch (error) {
      if (error instanceof PartDamaged) this.#markDamaged(part, error);
      throw error;
    } finally {
      await file.close();
    }
  }

  /** Opens a part, and once more when it is not as long as its commit says. */
  async #open({ path: part, bytes }: CommittedPart): Promise<RangeFile> {
    const { files, folder, clock } = this.#options;
    const file = await files.openRanges(path.join(folder, part));
    if (file.bytes === bytes || this.#damagedAtMs.has(part)) return file;
    await file.close();
    await clock.sleep(confirmAfterMs);
    return files.openRanges(path.join(folder, part));
  }

  /** Sorted once a state; parts that are no longer live are forgotten then. */
  #inOrder({ parts }: StoreState): PositionOrder {
    if (this.#order?.parts === parts) return this.#order;
    this.#order = orderOf(parts);
    this.#consultationsOf.keepOnly((part) => parts.has(part));
    for (const part of this.#damagedAtMs.keys()) if (!parts.has(part)) this.#forgetDamage(part);
    return this.#order;
  }

  async #consultations(part: CommittedPart): Promise<Fingerprints | undefined> {
    const known = this.#consultationsOf.get(part.path);
    if (known) return known;
    const foundAtMs = this.#damagedAtMs.get(part.path);
    if (foundAtMs !== undefined && this.#options.clock.nowMs() - foundAtMs < lookAgainMs) return undefined;
    try {
      const names = await this.withPart(part, (sealed) => sealed.consultations());
      const fingerprints = new Fingerprints(names);
      this.#consultationsOf.add(part.path, fingerprints);
      this.#forgetDamage(part.path);
      return fingerprints;
    } catch (error) {
      if (error instanceof PartDamaged) return undefined;
      throw error;
    }
  }

  #markDamaged(part: string, error: PartDamaged): void {
    if (!this.#damagedAtMs.has(part)) {
      damagedParts.inc();
      this.#options.logger.error('a part is damaged; its events are missing until it is restored', {
        path: part,
        error,
      });
    }
    this.#damagedAtMs.set(part, this.#options.clock.nowMs());
  }

  #forgetDamage(part: string): void {
    if (this.#damagedAtMs.delete(part)) damagedParts.dec();
  }
}
