import type { CommittedPart } from '../commits/format.ts';
import { windowPositions } from '../part/sealed/layout.ts';
import type { SealedPart } from '../part/sealed/open.ts';
import { Positions } from '../part/sealed/positions.ts';
import type { RowBlock } from '../part/sealed/row-block.ts';
import { EventHashes } from './event-hashes.ts';
import type { Finding } from './finding.ts';
import { TimeTexts } from './time-texts.ts';
import type { LogWindow } from './window.ts';

/** A part, and the number that stands for it in windows. */
export interface NumberedPart {
  readonly number: number;
  readonly part: CommittedPart;
}

/** The first and the last window of the log that a part's own windows begin in. */
export const windowsOf = ({ base_position, first_position, last_position }: CommittedPart) => {
  const base = Math.floor(base_position / windowPositions);
  return {
    first: base + Math.floor((first_position - base_position) / windowPositions),
    last: base + Math.floor((last_position - base_position) / windowPositions),
  };
};

/** Rows `[from, to)` of a part. */
export interface PartRows {
  readonly from: number;
  readonly to: number;
}

/** Those rows of a part whose own window begins in a window of the log; they lie in that one and the next. */
export const rowsOfWindow = async (sealed: SealedPart, part: CommittedPart, window: number): Promise<PartRows> => {
  const own = window - Math.floor(part.base_position / windowPositions);
  const found = (await new Positions(sealed.source.part).windows()).find(({ number }) => number === own);
  return { from: found?.firstRow ?? 0, to: found?.endRow ?? 0 };
};

/** Who hashes the events of parts into windows of the log. */
export interface RowHashing {
  /** Whether it needs windows whose memory threads can share. */
  readonly sharesMemory: boolean;
  /**
   * @param windows positions in none of them are passed over.
   * @throws PartDamaged, and the system's errors; then nothing writes to the windows any more.
   */
  hash(sealed: SealedPart, numbered: NumberedPart, rows: PartRows, windows: readonly LogWindow[]): Promise<void>;
}

/** Hashes the events of parts into windows of the log, in this thread. */
export class WindowEvents implements RowHashing {
  readonly sharesMemory = false;
  readonly #hashes = new EventHashes();
  readonly #received = new TimeTexts();
  readonly #occurred = new TimeTexts();
  readonly #found: (finding: Finding) => void;

  constructor(found: (finding: Finding) => void) {
    this.#found = found;
  }

  async hash(sealed: SealedPart, numbered: NumberedPart, rows: PartRows, windows: readonly LogWindow[]): Promise<void> {
    if (rows.from === rows.to) return;
    for await (const { block, from, to, payloads } of sealed.scan(rows)) {
      const start = block.payloadFrom(from);
      for (let row = from; row < to; row++) {
        const at = block.payloadFrom(row) - start;
        this.#hashRow(numbered, block, row, payloads.subarray(at, at + block.payloadBytes(row)), windows);
      }
    }
  }

  #hashRow(numbered: NumberedPart, block: RowBlock, row: number, payload: Uint8Array, windows: readonly LogWindow[]) {
    const position = block.position(row);
    const { part, number } = numbered;
    const window = windows.find((each) => each.has(position));
    if (window === undefined) return;
    if (!window.claim(position, number)) {
      const reason = 'another part, or another row, holds an event at this position already';
      this.#found({ kind: 'repeated', file: part.path, position, reason });
      return;
    }
    const receivedAt = this.#received.render(block.receivedAtMs(row));
    if (!receivedAt.startsWith(part.day)) {
      const reason = `the event was received at ${receivedAt}, not on ${part.day}`;
      this.#found({ kind: 'changed', file: part.path, position, reason });
    }
    const fields = {
      consultationId: block.consultationId(row),
      eventId: block.eventId(row),
      segment: part.segment,
      receivedAt,
      eventType: block.eventType(row),
      userId: block.user(row) || undefined,
      occurredAt: this.#occurredAt(block, row),
      payload,
    };
    this.#hashes.write(fields, position - window.from, window.leaves, window.contents, window.keys);
  }

  #occurredAt(block: RowBlock, row: number): string | undefined {
    const text = block.occurredAtText(row);
    if (text !== '') return text;
    const ms = block.occurredAtMs(row);
    return ms === undefined ? undefined : this.#occurred.render(ms);
  }
}
