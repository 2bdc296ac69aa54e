import type { PartId } from '../../../domain/ids.ts';
import type { Compression } from '../../port.ts';
import { SealedPartBuilder } from './builder.ts';
import { namingDamage } from './damage.ts';
import { type RenderedPart, type SealedPartHeader, windowPositions } from './layout.ts';
import { fillSealedRow, isPayloadInMemory, MergeInput, readPayload } from './merge-input.ts';
import { openWindow } from './merge-window.ts';
import type { SealedPart } from './open.ts';
import { newSealedRow, type SealedRow } from './sealed-row.ts';

export interface MergeOptions {
  /** Of the parts that are written: one more than that of the highest input is usual. */
  readonly level: number;
  readonly compression: Compression;
  readonly newPartId: () => PartId;
  /** A part ends before the window that would take it beyond; by default 131,072, two full windows: some 13 MB. */
  readonly mostRows?: number;
  /** Deflated payload at which a part ends even within a window; by default 64 MiB, since rendering holds it twice. */
  readonly mostBytes?: number;
}

/** A merged part, and the position that its offsets count from. */
export interface MergedPart extends RenderedPart {
  readonly basePosition: number;
}

/** Payload before deflate at which a part ends whatever it deflates to: half of what its 1,024 chunks hold. */
const mostPayloadBytes = 512 * 1024 * 1024;

/** Fills parts, one after another. */
class Output {
  readonly #header: Omit<SealedPartHeader, 'partId'>;
  readonly #options: Required<MergeOptions>;
  #builder: SealedPartBuilder | undefined;
  #basePosition = 0;

  constructor(header: Omit<SealedPartHeader, 'partId'>, options: MergeOptions) {
    this.#header = header;
    this.#options = { mostRows: 2 * windowPositions, mostBytes: 64 * 1024 * 1024, ...options };
  }

  /** Before a window: ends the part that is open, where the window would make it too large. */
  async *make(window: number, rows: number): AsyncGenerator<MergedPart> {
    const isFull = (this.#builder?.count ?? 0) + rows > this.#options.mostRows;
    const isBeyondReach = (window + 1) * windowPositions - this.#basePosition > 2 ** 32;
    if (isFull || isBeyondReach) yield* this.end();
  }

  /** True when {@link flush} is to be waited for before the next row. */
  get isDue(): boolean {
    return this.#builder !== undefined && (this.#builder.isBusy || this.#isTooLarge(this.#builder));
  }

  /** Waits for chunks on their way, and ends the part that is open where it is too large by now. */
  async *flush(): AsyncGenerator<MergedPart> {
    await this.#builder?.settle();
    if (this.#builder && this.#isTooLarge(this.#builder)) yield* this.end();
  }

  /** The position that offsets of the part count from, which is begun where none is open. */
  baseFor(window: number): number {
    if (this.#builder === undefined) {
      this.#builder = new SealedPartBuilder(this.#options.compression);
      // Windows of the part and of the log are then the same ones.
      this.#basePosition = window * windowPositions;
    }
    return this.#basePosition;
  }

  append(row: SealedRow): void {
    this.#builder?.append(row);
  }

  /** Ends the part that is open. A generator, since whoever awaited the part would hold it while the next one is filled. */
  async *end(): AsyncGenerator<MergedPart> {
    const builder = this.#builder;
    if (builder === undefined) return;
    this.#builder = undefined;
    const basePosition = this.#basePosition;
    const header = { ...this.#header, partId: this.#options.newPartId() };
    yield { ...(await builder.finish(header)), basePosition };
  }

  #isTooLarge({ deflatedBytes, payloadBytes }: SealedPartBuilder): boolean {
    return deflatedBytes >= this.#options.mostBytes || payloadBytes >= mostPayloadBytes;
  }
}

const headerOf = (inputs: readonly SealedPart[], level: number): Omit<SealedPartHeader, 'partId'> => {
  const [first, ...more] = inputs.map(({ meta }) => meta);
  if (first === undefined) throw new RangeError('there is nothing to merge');
  const { segment, day } = first;
  if (more.some((meta) => meta.segment !== segment || meta.day !== day)) {
    throw new RangeError('only parts of one segment and day are merged');
  }
  return { level, segment, day };
};

/**
 * Merges parts of one segment and day into fewer, larger ones: rows sorted by consultation within windows of 65,536
 * positions of the log, positions and bytes unchanged. It streams: in memory are the narrow columns of a window, two chunks
 * of payload of each input that has rows in it, and the part that is being filled.
 *
 * Parts come one by one, so that a caller publishes each before the next is made. An input that turns out to be damaged
 * ends the merge by an error; what was published by then is in no commit, and goes as any orphan does.
 * @throws PartDamaged naming the input; RangeError when the inputs are not of one segment and day, or hold a position twice.
 */
export async function* mergeParts(inputs: readonly SealedPart[], options: MergeOptions): AsyncGenerator<MergedPart> {
  const output = new Output(headerOf(inputs, options.level), options);
  const filled = newSealedRow();
  let waiting = await Promise.all(inputs.map((part) => namingDamage(part.path, () => MergeInput.open(part.source))));
  while (waiting.length > 0) {
    const window = waiting.reduce((least, input) => Math.min(least, input.nextWindow), Number.POSITIVE_INFINITY);
    const { sources, count, sourceOf, rowOf } = await openWindow(waiting, window);
    yield* output.make(window, count);
    for (let index = 0; index < count; index++) {
      const source = sources[sourceOf[index] ?? -1];
      if (source === undefined) continue;
      const row = rowOf[index] ?? 0;
      if (!isPayloadInMemory(source, row)) await namingDamage(source.path, () => readPayload(source, row));
      output.append(fillSealedRow(filled, source, row, output.baseFor(window)));
      if (output.isDue) yield* output.flush();
    }
    for (const input of waiting) input.leave(window);
    waiting = waiting.filter(({ isDone }) => !isDone);
  }
  yield* output.end();
}
