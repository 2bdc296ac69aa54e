import { windowPositions } from './layout.ts';
import type { PartFile } from './part-file.ts';
import { PayloadCursor } from './payloads.ts';
import { Positions, type Window } from './positions.ts';
import { type RowBlock, RowBlocks } from './row-block.ts';
import type { Mutable, SealedRow } from './sealed-row.ts';

/** A part as a merge reads it. */
export interface MergeSource {
  /** Names the file in errors. */
  readonly path: string;
  readonly part: PartFile;
  readonly basePosition: number;
}

/** A window of an input while rows of it are being merged. Its payloads are to be read in ascending order of the rows. */
export interface OpenWindow {
  readonly path: string;
  readonly block: RowBlock;
  readonly payloads: PayloadCursor;
}

/** Chunks of payload that are inflated in another thread before they are asked for: a merge takes 3 % less time. */
const chunksAhead = 1;

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

  get isDone(): boolean {
    return this.#waiting.length === 0;
  }

  /** The first window of the log that may have rows which were not merged yet. */
  get nextWindow(): number {
    const [first] = this.#waiting;
    if (first === undefined) return Number.POSITIVE_INFINITY;
    // One that is open was entered by its first window of the log already.
    return this.#open.has(first) ? this.#lastOf(first) : this.#firstOf(first);
  }

  /** Its windows that may have rows in a window of the log. */
  async enter(window: number): Promise<readonly OpenWindow[]> {
    const entered: OpenWindow[] = [];
    for (const own of this.#waiting) {
      if (this.#firstOf(own) > window) break;
      entered.push(this.#open.get(own) ?? (await this.#read(own)));
    }
    return entered;
  }

  /** Lets go of what the windows up to this one needed. */
  leave(window: number): void {
    for (let [first] = this.#waiting; first !== undefined && this.#lastOf(first) <= window; [first] = this.#waiting) {
      this.#open.delete(first);
      this.#waiting.shift();
    }
    for (const { payloads } of this.#open.values()) payloads.release();
  }

  async #read(own: Window): Promise<OpenWindow> {
    const block = await this.#blocks.read(own.firstRow, own.endRow);
    const open = { path: this.path, block, payloads: new PayloadCursor(this.#part, chunksAhead) };
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

const payloadRange = ({ block }: OpenWindow, row: number) => ({
  from: block.payloadFrom(row),
  to: block.payloadFrom(row + 1),
});

/** Makes sure that a row's payload is in memory. True where it was already, as most are: awaiting each would take longer than copying it. */
export const isPayloadInMemory = (window: OpenWindow, row: number): boolean =>
  window.payloads.isInMemory(payloadRange(window, row));

export const readPayload = (window: OpenWindow, row: number): Promise<void> =>
  window.payloads.bring(payloadRange(window, row));

/** Fills in what goes into the merged part for a row, whose payload is in memory. */
export const fillSealedRow = (
  into: Mutable<SealedRow>,
  { block, payloads }: OpenWindow,
  row: number,
  basePosition: number,
): SealedRow => {
  const at = row - block.from;
  const payloadFrom = block.payloadFrom(row);
  into.consultation = block.consultationId(row);
  into.eventType = block.eventType(row);
  into.user = block.user(row);
  into.positionOffset = block.position(row) - basePosition;
  into.requestIndex = block.columns.request_index[at] ?? 0;
  into.eventId = block.columns.event_id;
  into.eventIdAt = at * 4;
  into.receivedAtMs = block.receivedAtMs(row);
  into.occurredAt = block.columns.occurred_at;
  into.occurredAtAt = at * 2;
  into.occurredAtText = block.occurredAtText(row);
  into.payload = payloads.bytes;
  into.payloadFrom = payloadFrom - payloads.from;
  into.payloadTo = block.payloadFrom(row + 1) - payloads.from;
  return into;
};
