import path from 'node:path';
import { PartDamaged } from '../../domain/errors.ts';
import type { Logger } from '../../telemetry/log.ts';
import { type FileReading, isGone } from '../files.ts';
import { listLevel0 } from '../level0.ts';
import { withPart } from '../part/read.ts';
import { IndexCache, type IndexedPart } from './index-cache.ts';

export interface CatalogOptions {
  readonly folder: string;
  readonly files: FileReading;
  readonly logger: Logger;
  /** Most memory for the parts' narrow columns, in bytes. */
  readonly indexBytes: number;
}

/**
 * Which level-0 parts hold which consultation. Each part is opened once for this, when it first appears; what is kept of
 * it for good is its list of consultations, and the rest as long as there is room.
 *
 * A damaged part is logged once and left out: one broken file must not take every consultation down with it, and it is
 * `verify` that vouches for completeness, not a read.
 */
export class Level0Catalog {
  readonly #options: CatalogOptions;
  readonly #cache: IndexCache;
  readonly #consultationsOf = new Map<string, readonly string[]>();
  readonly #partsOf = new Map<string, Set<string>>();
  readonly #damaged = new Set<string>();
  #refreshing: Promise<void> | undefined;

  constructor(options: CatalogOptions) {
    this.#options = options;
    this.#cache = new IndexCache(options.indexBytes);
  }

  /** How many parts could not be read. */
  get damagedParts(): number {
    return this.#damaged.size;
  }

  /**
   * The parts that hold events of a consultation, oldest first, as of now.
   * @throws the system's error, e.g. `ENOENT` when a part vanished in between: ask again.
   */
  async partsWith(consultationId: string): Promise<readonly IndexedPart[]> {
    await this.#refresh();
    const paths = [...(this.#partsOf.get(consultationId) ?? [])];
    const parts = await Promise.all(paths.map((part) => this.#index(part)));
    return parts.filter((part) => part !== undefined);
  }

  /** Concurrent reads share a listing only while it has not begun, so that each sees what was published before it. */
  async #refresh(): Promise<void> {
    while (this.#refreshing) await this.#refreshing.catch(() => {});
    this.#refreshing = this.#list();
    try {
      await this.#refreshing;
    } finally {
      this.#refreshing = undefined;
    }
  }

  async #list(): Promise<void> {
    const listed = new Set(await listLevel0(this.#options.files, this.#options.folder));
    for (const part of this.#consultationsOf.keys()) if (!listed.has(part)) this.#forget(part);
    this.#cache.keepOnly(listed);
    for (const part of listed) {
      if (this.#consultationsOf.has(part) || this.#damaged.has(part)) continue;
      const indexed = await this.#index(part);
      if (indexed) this.#remember(indexed);
    }
  }

  #remember({ path: part, columns }: IndexedPart): void {
    this.#consultationsOf.set(part, columns.consultationNames);
    for (const consultation of columns.consultationNames) {
      const parts = this.#partsOf.get(consultation);
      if (parts) parts.add(part);
      else this.#partsOf.set(consultation, new Set([part]));
    }
  }

  #forget(part: string): void {
    for (const consultation of this.#consultationsOf.get(part) ?? []) {
      const parts = this.#partsOf.get(consultation);
      parts?.delete(part);
      if (parts?.size === 0) this.#partsOf.delete(consultation);
    }
    this.#consultationsOf.delete(part);
  }

  async #index(part: string): Promise<IndexedPart | undefined> {
    const known = this.#cache.get(part);
    if (known) return known;
    try {
      const bytes = await this.#options.files.read(path.join(this.#options.folder, part));
      const indexed = { path: part, columns: await withPart(part, bytes, ({ narrow }) => narrow()) };
      this.#cache.add(indexed);
      return indexed;
    } catch (error) {
      if (error instanceof PartDamaged) {
        this.#damaged.add(part);
        this.#options.logger.error('a part is damaged and left out of reads', { path: part, error });
        return undefined;
      }
      if (isGone(error)) this.#forget(part);
      throw error;
    }
  }
}
