import type { PartId } from '../../../domain/ids.ts';
import type { Compression } from '../../port.ts';
import { SealedPartBuilder } from './builder.ts';
import { namingDamage } from './damage.ts';
import { type RenderedPart, type SealedPartHeader, windowPositions } from './layout.ts';
import { type InputRow, MergeInput, sealedRowOf } from './merge-input.ts';
import type { SealedPart } from './open.ts';
import { orderOfWindow } from './row-order.ts';

export interface MergeOptions {
  /** Of the parts that are written: one more than that of the highest input is usual. */
  readonly level: number;
  readonly compression: Compression;
  readonly newPartId: () => PartId;
  /** A part ends before the window that would take it beyond; by default 262,144, four full windows. */
  readonly mostRows?: number;
  /** Deflated payload at which a part ends even within a window; by default 64 MiB, since rendering holds it twice. */
  readonly mostBytes?: number;
}

/** A merged part, and the position that its offsets count from. */
export interface MergedPart extends RenderedPart {
  readonly basePosition: number;
}

/** Fills parts, one after another. */
class Output {
  readonly #header: Omit<SealedPartHeader, 'partId'>;
  readonly #options: Required<MergeOptions>;
  #builder: SealedPartBuilder | undefined;
  #basePosition = 0;

  constructor(header: Omit<SealedPartHeader, 'partId'>, options: MergeOptions) {
    this.#header = header;
    this.#options = { mostRows: 4 * windowPositions, mostBytes: 64 * 1024 * 1024, ...options };
  }

  /** Before a window: gives back the part that is open, where the window would make it too large. */
  async make(window: number, rows: number): Promise<MergedPart | undefined> {
    const isFull = (this.#builder?.count ?? 0) + rows > this.#options.mostRows;
    const isBeyondReach = (window + 1) * windowPositions - this.#basePosition > 2 ** 32;
    return isFull || isBeyondReach ? this.finish() : undefined;
  }

  /** @returns the part that is open, where it has become too large within its window. */
  async append(window: number, row: InputRow): Promise<MergedPart | undefined> {
    if (this.#builder === undefined) {
      this.#builder = new SealedPartBuilder(this.#options.compression);
      // Windows of the part and of the log are then the same ones.
      this.#basePosition = window * windowPositions;
    }
    const builder = this.#builder;
    builder.append(await sealedRowOf(row, this.#basePosition));
    if (builder.isBusy) await builder.settle();
    return builder.deflatedBytes >= this.#options.mostBytes ? this.finish() : undefined;
  }

  async finish(): Promise<MergedPart | undefined> {
    const builder = this.#builder;
    if (builder === undefined) return undefined;
    this.#builder = undefined;
    const rendered = await builder.finish({ ...this.#header, partId: this.#options.newPartId() });
    return { ...rendered, basePosition: this.#basePosition };
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

/** The rows of a window from all inputs that may have some, in the order that they have in a part. */
const rowsOfWindow = async (inputs: readonly MergeInput[], window: number): Promise<readonly InputRow[]> => {
  const rows: InputRow[] = [];
  for (const input of inputs) rows.push(...(await namingDamage(input.path, () => input.rowsOf(window))));
  const order = orderOfWindow(
    rows.map(({ consultation }) => consultation),
    rows.map(({ position }) => position),
  );
  return Array.from(order, (index) => rows[index]).filter((row) => row !== undefined);
};

/**
 * Merges parts of one segment and day into fewer, larger ones: rows sorted by consultation within windows of 65,536
 * positions of the log, positions and bytes unchanged. It streams: in memory are the narrow columns of a window, a chunk
 * of payload of each input that has rows in it, and the part that is being filled.
 *
 * Parts come one by one, so that a caller publishes each before the next is made. An input that turns out to be damaged
 * ends the merge by an error; what was published by then is in no commit, and goes as any orphan does.
 * @throws PartDamaged naming the input; RangeError when the inputs are not of one segment and day, or hold a position twice.
 */
export async function* mergeParts(inputs: readonly SealedPart[], options: MergeOptions): AsyncGenerator<MergedPart> {
  const output = new Output(headerOf(inputs, options.level), options);
  const opened = await Promise.all(inputs.map((part) => namingDamage(part.path, () => MergeInput.open(part.source))));
  for (;;) {
    const next = opened.map(({ nextWindow }) => nextWindow).filter((window) => window !== undefined);
    if (next.length === 0) break;
    const window = next.reduce((least, other) => Math.min(least, other));
    const rows = await rowsOfWindow(opened, window);
    const full = await output.make(window, rows.length);
    if (full) yield full;
    for (const row of rows) {
      const tooLarge = await namingDamage(row.path, () => output.append(window, row));
      if (tooLarge) yield tooLarge;
    }
    for (const input of opened) input.leave(window);
  }
  const last = await output.finish();
  if (last) yield last;
}
