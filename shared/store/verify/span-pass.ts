import { SpanDamaged } from '../../domain/errors.ts';
import { childOf, fanOut, leafPositions, type Span, spanPath, topLevel } from '../consultations/layout.ts';
import { entriesOfLeaf, readLeaves } from '../consultations/leaves.ts';
import type { SpanEntry } from '../consultations/pages.ts';
import { openChildren } from '../consultations/parents.ts';
import { SpanScan } from '../consultations/scan.ts';
import { isGone } from '../files.ts';
import { reasonOf, type Witness } from './finding.ts';
import type { CurrentFiles, VerifyFiles } from './store-reading.ts';

export interface SpanPassOptions {
  readonly files: VerifyFiles;
  readonly store: string;
  /** Events in the log that is verified. */
  readonly size: number;
  readonly current: CurrentFiles;
  readonly witness: Witness;
  /** Positions of a leaf, where it is not the usual number. */
  readonly positions?: number | undefined;
}

/** What a span must hold. */
interface Expected {
  readonly entries: Iterable<SpanEntry> | AsyncIterable<SpanEntry>;
  /** Whether it may hold more: nobody can tell any more what was at all of its positions. */
  readonly mayHoldMore: boolean;
}

/** Leaves that are looked into together: those of a window of a merged part. */
const leavesAtOnce = 8;

/**
 * Compares the index of consultations with the events: the leaves with the parts, the spans above with those below. A span that is
 * not there is none that is wrong, since reads do without it; one that leaves a consultation out hides its events.
 */
export class SpanPass {
  readonly #options: SpanPassOptions;
  readonly #positions: number;

  constructor(options: SpanPassOptions) {
    this.#options = options;
    this.#positions = options.positions ?? leafPositions;
  }

  /** @throws the system's errors, StoreUnavailable */
  async run(): Promise<void> {
    const leaves = Math.floor(this.#options.size / this.#positions);
    for (let first = 0; first < leaves; first += leavesAtOnce) {
      await this.#leaves(first, Math.min(leavesAtOnce, leaves - first));
    }
    for (let level = 1; level <= topLevel; level++) {
      for (let index = 0; (index + 1) * fanOut ** level <= leaves; index++) await this.#parent({ level, index });
    }
  }

  async #leaves(first: number, count: number): Promise<void> {
    const { files, store, current } = this.#options;
    const scans: (SpanScan | undefined)[] = [];
    for (let leaf = 0; leaf < count; leaf++) scans.push(await this.#open({ level: 0, index: first + leaf }));
    try {
      if (scans.every((scan) => scan === undefined)) return;
      const leaves = await readLeaves(files, store, await current.newest(), {
        first,
        count,
        positions: this.#positions,
      });
      for (const [offset, leaf] of leaves.entries()) {
        const expected = {
          entries: entriesOfLeaf(leaf),
          mayHoldMore: leaf.isBlind || leaf.events < this.#positions,
        };
        await this.#compare({ level: 0, index: first + offset }, scans[offset], expected);
      }
    } finally {
      for (const scan of scans) await scan?.close();
    }
  }

  async #parent(span: Span): Promise<void> {
    const { files, store } = this.#options;
    const scan = await this.#open(span);
    if (scan === undefined) return;
    try {
      const children = await openChildren(files, store, span);
      try {
        await this.#compare(span, scan, { entries: children.entries(), mayHoldMore: false });
      } finally {
        await children.close();
      }
    } catch (error) {
      // Of a child that is damaged was told, and one that is not there tells nothing.
      if (!isGone(error) && !isOfChild(error, span)) throw error;
    } finally {
      await scan.close();
    }
  }

  /** @returns undefined when it is not there, or damaged from the first page on */
  async #open(span: Span): Promise<SpanScan | undefined> {
    const { files, store } = this.#options;
    try {
      return await SpanScan.open(files, store, span);
    } catch (error) {
      if (error instanceof SpanDamaged) this.#damaged(error);
      else if (!isGone(error)) throw error;
      return undefined;
    }
  }

  async #compare(span: Span, scan: SpanScan | undefined, expected: Expected): Promise<void> {
    if (scan === undefined) return;
    try {
      const reason = await difference(scan, expected);
      if (reason) this.#options.witness.found({ kind: 'changed', file: spanPath(span), reason });
    } catch (error) {
      if (!(error instanceof SpanDamaged) || error.path !== spanPath(span)) throw error;
      this.#damaged(error);
    }
  }

  #damaged(error: SpanDamaged): void {
    this.#options.witness.found({ kind: 'changed', file: error.path, reason: reasonOf(error) });
  }
}

const isOfChild = (error: unknown, span: Span): boolean =>
  error instanceof SpanDamaged &&
  Array.from({ length: fanOut }, (_, child) => spanPath(childOf(span, child))).includes(error.path);

/** What is wrong with a span; undefined when nothing is. Reads it to its end. @throws SpanDamaged */
const difference = async (scan: SpanScan, { entries, mayHoldMore }: Expected): Promise<string | undefined> => {
  let holdsMore = false;
  let lacks = false;
  for await (const { key, bits } of entries) {
    while (!scan.isDone && scan.key < key) {
      holdsMore = true;
      await scan.advance();
    }
    const found = !scan.isDone && scan.key === key ? scan.bits : 0;
    lacks ||= (bits & ~(found | scan.blind)) !== 0;
    holdsMore ||= (found & ~bits) !== 0;
    if (found !== 0) await scan.advance();
  }
  while (!scan.isDone) {
    holdsMore = true;
    await scan.advance();
  }
  if (lacks) return 'it leaves out a consultation that has events there: reads lack them until the file is removed';
  return holdsMore && !mayHoldMore && scan.blind === 0 ? 'it names a consultation that has no events there' : undefined;
};
