import type { SealedRow } from './builder.ts';
import { windowPositions } from './layout.ts';
import type { PartFile } from './part-file.ts';
import { PayloadCursor } from './payloads.ts';
import { Positions, type Window } from './positions.ts';
import { type RowBlock, RowBlocks } from './row-block.ts';

/** A part as a merge reads it. */
export interface MergeSource {
  readonly path: string;
  readonly part: PartFile;
  readonly basePosition: number;
}

/** A window of the part while rows of it are being merged. */
interface OpenWindow {
  readonly block: RowBlock;
  readonly payloads: PayloadCursor;
}

/** A row of an input, and where it goes. */
export interface InputRow {
  /** Of the input, for errors. */
  readonly path: string;
  readonly window: OpenWindow;
  readonly row: number;
  readonly consultation: string;
  readonly position: number;
}

/**
 * One input of a merge. A part that came from `seal` counts its windows from a base of its own, so that one of them lies in
 * two windows of the log: it is read for the first and kept for the second.
 */
export class MergeInput {
  readonly path: string;
  readonly #part: PartFile;
  readonly #basePosition: number;
  readonly #blocks: RowBlocks;
  readonly #waiting: Window[];
  readonly #open = new Map<Window, OpenWindow>();

  private constructor({ path, part, basePosition }: MergeSource, windows: readonly Window[]) {
    this.path = path;
    this.#part = part;
    this.#basePosition = basePosition;
    this.#blocks = new RowBlocks(part, { segment: part.meta.segment, basePosition });
    this.#waiting = [...windows];
  }

  static async open(source: MergeSource): Promise<MergeInput> {
    return new MergeInput(source, await new Positions(source.part).windows());
  }

  /** The first window of the log that may have rows which were not merged yet; undefined when there is none. */
  get nextWindow(): number | undefined {
    const [first] = this.#waiting;
    if (first === undefined) return undefined;
    // One that is open was entered by its first window of the log already.
    return this.#open.has(first) ? this.#lastOf(first) : this.#firstOf(first);
  }

  /** The rows that lie in a window of the log, in no order. Their payloads are to be read in ascending order of their rows. */
  async rowsOf(window: number): Promise<readonly InputRow[]> {
    const rows: InputRow[] = [];
    const [from, to] = [window * windowPositions, (window + 1) * windowPositions];
    for (const own of this.#waiting) {
      if (this.#firstOf(own) > window) break;
      const open = this.#open.get(own) ?? (await this.#enter(own));
      for (let row = own.firstRow; row < own.endRow; row++) {
        const position = open.block.position(row);
        if (position < from || position >= to) continue;
        rows.push({ path: this.path, window: open, row, consultation: open.block.consultationId(row), position });
      }
    }
    return rows;
  }

  /** Lets go of what the windows up to this one needed. */
  leave(window: number): void {
    for (let [first] = this.#waiting; first !== undefined && this.#lastOf(first) <= window; [first] = this.#waiting) {
      this.#open.delete(first);
      this.#waiting.shift();
    }
    for (const { payloads } of this.#open.values()) payloads.release();
  }

  async #enter(own: Window): Promise<OpenWindow> {
    const block = await this.#blocks.read(own.firstRow, own.endRow);
    const open = { block, payloads: new PayloadCursor(this.#part, 0) };
    this.#open.set(own, open);
    return open;
  }

  #firstOf({ number }: Window): number {
    return Math.floor(this.#basePosition / windowPositions) + number;
  }

  #lastOf({ number }: Window): number {
    return Math.floor((this.#basePosition + windowPositions - 1) / windowPositions) + number;
  }
}

/** What goes into the merged part for a row. @throws as reading does */
export const sealedRowOf = async (
  { window: { block, payloads }, row, consultation, position }: InputRow,
  basePosition: number,
): Promise<SealedRow> => {
  const range = { from: block.payloadFrom(row), to: block.payloadFrom(row + 1) };
  const at = row - block.from;
  return {
    consultation,
    eventType: block.eventType(row),
    user: block.user(row),
    positionOffset: position - basePosition,
    requestIndex: block.columns.request_index[at] ?? 0,
    eventId: block.columns.event_id,
    eventIdAt: at * 4,
    receivedAtMs: block.receivedAtMs(row),
    occurredAtLow: block.columns.occurred_at[at * 2] ?? 0,
    occurredAtHigh: block.columns.occurred_at[at * 2 + 1] ?? 0,
    occurredAtText: block.occurredAtText(row),
    payload: payloads.inMemory(range) ?? (await payloads.read(range)),
  };
};
