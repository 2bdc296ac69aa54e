import path from 'node:path';
import { PartDamaged } from '../../domain/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Logger } from '../../telemetry/log.ts';
import type { FileReading } from '../files.ts';
import { Level0Listing } from '../level0-listing.ts';
import type { NarrowColumns } from '../part/layout.ts';
import { withPart } from '../part/read.ts';
import { confirmAfterMs, DamageRegister } from './damage.ts';
import { Fingerprints } from './fingerprints.ts';
import { IndexCache } from './index-cache.ts';

export interface CatalogOptions {
  readonly folder: string;
  readonly files: FileReading;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Most memory for the parts' narrow columns, in bytes. */
  readonly indexBytes: number;
}

/** Where a consultation's events may lie. */
export interface Whereabouts {
  /** Parts to look into, the one that wins a conflict first. Paths are relative to the store's folder. */
  readonly parts: readonly string[];
  /** Parts so damaged that nobody can tell whose events they hold. */
  readonly unreadable: readonly string[];
}

/** New parts that are read at a time: a share answers several requests sooner than one after another. */
const readsAtOnce = 8;

/**
 * The level-0 parts. Each is opened once when it first appears; what is kept of it for good are four bytes for each
 * consultation in it, and its narrow columns for as long as there is room.
 */
export class Level0Catalog {
  readonly #options: CatalogOptions;
  readonly #listing: Level0Listing;
  readonly #cache: IndexCache;
  readonly #damages: DamageRegister;
  /** Oldest part first. */
  #consultationsOf: ReadonlyMap<string, Fingerprints> = new Map();
  #learning: Promise<void> | undefined;

  constructor(options: CatalogOptions) {
    this.#options = options;
    this.#listing = new Level0Listing(options.files, options.folder);
    this.#cache = new IndexCache(options.indexBytes);
    this.#damages = new DamageRegister(options.logger, () => options.clock.nowMs());
  }

  /** The parts there are now. A read takes its own listing, so that it sees what was published by then. @throws the system's error */
  list(): Promise<readonly string[]> {
    return this.#listing.list();
  }

  /**
   * @param listed the parts that count: those of {@link list} that are not sealed.
   * @throws PartDamaged when a part that is known to hold events of this consultation can't be read.
   * @throws Error the system's, e.g. `ENOENT` when a part vanished in between: ask again.
   */
  async locate(consultationId: string, listed: readonly string[]): Promise<Whereabouts> {
    await this.#learn(listed);
    const damaged = this.#damages.errorFor(consultationId);
    if (damaged) throw damaged;
    const parts = listed.filter((part) => this.#consultationsOf.get(part)?.mayHave(consultationId));
    // One that was whole when it was first seen is not among the blind ones: it is known whom it concerns.
    const unreadable = this.#damages.unreadable().filter((part) => !this.#consultationsOf.has(part));
    return { parts, unreadable };
  }

  /** Everything of a part but its payloads. @throws PartDamaged, or the system's error */
  async columnsOf(part: string): Promise<NarrowColumns> {
    const known = this.#cache.get(part);
    if (known) return known;
    const file = path.join(this.#options.folder, part);
    const bytes = await this.#options.files.read(file);
    try {
      return await this.#columnsIn(part, bytes);
    } catch (error) {
      if (!(error instanceof PartDamaged)) throw error;
      if (this.#damages.parts().includes(part)) return this.#damaged(part, bytes, error);
    }
    await this.#options.clock.sleep(confirmAfterMs);
    const again = await this.#options.files.read(file);
    try {
      return await this.#columnsIn(part, again);
    } catch (error) {
      if (!(error instanceof PartDamaged)) throw error;
      return this.#damaged(part, again, error);
    }
  }

  async #columnsIn(part: string, bytes: Uint8Array): Promise<NarrowColumns> {
    const columns = await withPart(part, bytes, ({ narrow }) => narrow());
    this.#cache.add(part, columns);
    this.#damages.remove(part);
    return columns;
  }

  async #damaged(part: string, bytes: Uint8Array, error: PartDamaged): Promise<never> {
    await this.#damages.add(part, bytes, error);
    throw error;
  }

  /** One at a time, so that no part is opened twice. */
  async #learn(listed: readonly string[]): Promise<void> {
    while (this.#learning) await this.#learning.catch(() => {});
    this.#learning = this.#openUnknown(listed);
    try {
      await this.#learning;
    } finally {
      this.#learning = undefined;
    }
  }

  async #openUnknown(listed: readonly string[]): Promise<void> {
    const unknown = listed.filter((part) => !this.#consultationsOf.has(part) && !this.#damages.holds(part));
    const found = new Map<string, Fingerprints>();
    for (let at = 0; at < unknown.length; at += readsAtOnce) {
      await Promise.all(unknown.slice(at, at + readsAtOnce).map((part) => this.#open(part, found)));
    }
    this.#keepOnly(listed, found);
  }

  async #open(part: string, found: Map<string, Fingerprints>): Promise<void> {
    try {
      const { consultationNames } = await this.columnsOf(part);
      found.set(part, new Fingerprints(consultationNames));
    } catch (error) {
      // Registered by now; whoever asks for its consultations gets the error.
      if (!(error instanceof PartDamaged)) throw error;
    }
  }

  /** Takes over what was listed, in its order, and drops what is no longer there. */
  #keepOnly(listed: readonly string[], found: ReadonlyMap<string, Fingerprints>): void {
    const still = new Set(listed);
    const gone = [...this.#consultationsOf.keys(), ...this.#damages.parts()].filter((part) => !still.has(part));
    for (const part of gone) {
      this.#cache.remove(part);
      this.#damages.remove(part);
    }
    const kept = new Map<string, Fingerprints>();
    for (const part of listed) {
      const consultations = found.get(part) ?? this.#consultationsOf.get(part);
      if (consultations) kept.set(part, consultations);
    }
    this.#consultationsOf = kept;
  }
}
