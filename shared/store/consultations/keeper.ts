import path from 'node:path';
import { SpanDamaged } from '../../domain/errors.ts';
import type { Logger } from '../../telemetry/log.ts';
import { findNewest } from '../commits/find-newest.ts';
import type { StoreState } from '../commits/state.ts';
import { isGone, type LargeStoreFiles } from '../files.ts';
import type { DurableFolders } from '../folders.ts';
import { publishExclusive } from '../publish.ts';
import { publishStream } from '../publish-stream.ts';
import { fanOut, leafPositions, parentsCompletedBy, type Span, spanPath } from './layout.ts';
import { entriesOfLeaf, type Leaf, readLeaves } from './leaves.ts';
import { encodeSpan } from './pages.ts';
import { openChildren } from './parents.ts';

export interface SpanKeeperOptions {
  /** The store's folder. */
  readonly folder: string;
  readonly files: LargeStoreFiles;
  readonly folders: DurableFolders;
  /** UUIDv7s, each once. */
  readonly newId: () => string;
  readonly logger: Logger;
  /** Positions of a leaf; all that read the store have the same. */
  readonly positions?: number;
}

/** Leaves that are made in one go: those that a window of a merged part holds, which is read once for them. */
const leavesAtOnce = 8;

const encodeLeaf = async (span: Span, leaf: Leaf): Promise<Buffer> => {
  const pages: Buffer[] = [];
  for await (const page of encodeSpan(span, leaf.isBlind ? 1 : 0, entriesOfLeaf(leaf))) pages.push(page);
  return Buffer.concat(pages);
};

/**
 * Keeps the spans up with the log: which consultations have events at which positions, docs/CONSULTATIONS_FORMAT.md. They follow from
 * the parts, so that several may do it at once, and one that is missing costs a reader looks into parts and nothing else.
 */
export class SpanKeeper {
  readonly #options: SpanKeeperOptions;
  readonly #positions: number;
  /** Leaves that are there, with all that lies above them. */
  #leaves: number | undefined;
  #isStopped = false;

  constructor(options: SpanKeeperOptions) {
    this.#options = options;
    this.#positions = options.positions ?? leafPositions;
  }

  /**
   * Writes some of the spans that are missing.
   * @param state that was read just now
   * @returns how many leaves it wrote: call it again after anything but 0
   * @throws StoreUnavailable, or the system's error
   */
  async extend(state: StoreState): Promise<number> {
    const whole = Math.floor(state.tree.size / this.#positions);
    if (this.#isStopped || whole === 0 || this.#leaves === whole) return 0;
    try {
      this.#leaves ??= await this.#findLeaves();
      return await this.#writeLeaves(state, this.#leaves, whole);
    } catch (error) {
      if (!(error instanceof SpanDamaged)) throw error;
      // Nothing is built on it: reads look into parts instead, as far as it reaches.
      this.#isStopped = true;
      const what = 'the index of consultations is damaged, and goes on after the next start once the file is removed';
      this.#options.logger.error(what, { path: error.path, error });
      return 0;
    }
  }

  async #findLeaves(): Promise<number> {
    const leaves = await findNewest((number) => this.#exists({ level: 0, index: number - 1 }));
    // A crash may have left out those that the last leaves completed.
    await this.#writeParents(leaves - (leaves % fanOut));
    return leaves;
  }

  async #writeLeaves(state: StoreState, first: number, whole: number): Promise<number> {
    const { folder, files, folders, newId } = this.#options;
    const count = Math.min(whole - first, leavesAtOnce - (first % leavesAtOnce));
    if (count <= 0) return 0;
    const leaves = await readLeaves(files, folder, state, { first, count, positions: this.#positions });
    for (const [offset, leaf] of leaves.entries()) {
      const span = { level: 0, index: first + offset };
      const bytes = await encodeLeaf(span, leaf);
      // One that another process wrote may differ where retention dropped a part in between: it is as good.
      const publication = { store: folder, temporaryName: `${newId()}.span`, target: spanPath(span), bytes };
      await publishExclusive(files, publication, folders);
      await this.#writeParents(span.index + 1);
      this.#leaves = span.index + 1;
    }
    return count;
  }

  /** Writes the spans that so many leaves complete, from the lowest. */
  async #writeParents(leaves: number): Promise<void> {
    const { folder: store, files, folders, newId } = this.#options;
    for (const span of parentsCompletedBy(leaves)) {
      if (await this.#exists(span)) continue;
      const children = await openChildren(files, store, span);
      try {
        const pieces = encodeSpan(span, children.blind, children.entries());
        await publishStream(
          files,
          { store, temporaryName: `${newId()}.span`, target: spanPath(span), pieces },
          folders,
        );
      } finally {
        await children.close();
      }
    }
  }

  async #exists(span: Span): Promise<boolean> {
    const { files, folder } = this.#options;
    try {
      const file = await files.openRanges(path.join(folder, spanPath(span)));
      await file.close();
      return true;
    } catch (error) {
      if (isGone(error)) return false;
      throw error;
    }
  }
}
