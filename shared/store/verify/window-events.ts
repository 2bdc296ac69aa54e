import type { CommittedPart } from '../commits/format.ts';
import { EventHashes } from '../event-hashes/event-hashes.ts';
import { absentField, encodeField, FieldCache } from '../event-hashes/field.ts';
import { TimeField } from '../event-hashes/time-field.ts';
import { windowPositions } from '../part/sealed/layout.ts';
import type { SealedPart } from '../part/sealed/open.ts';
import { Positions } from '../part/sealed/positions.ts';
import type { RowBlock } from '../part/sealed/row-block.ts';
import { renderMs } from '../part/time.ts';
import type { Finding } from './finding.ts';
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

/** A stretch of a part's payloads, and where it begins among them. */
interface Stretch {
  readonly bytes: Buffer;
  readonly from: number;
}

/** Whether the field of a time begins with a day. */
const isOnDay = (time: Uint8Array, day: string): boolean => {
  for (let index = 0; index < day.length; index++) if (time[4 + index] !== day.charCodeAt(index)) return false;
  return true;
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
  readonly #received = new TimeField();
  readonly #occurred = new TimeField();
  readonly #fields = new FieldCache();
  readonly #found: (finding: Finding) => void;

  constructor(found: (finding: Finding) => void) {
    this.#found = found;
  }

  async hash(sealed: SealedPart, numbered: NumberedPart, rows: PartRows, windows: readonly LogWindow[]): Promise<void> {
    if (rows.from === rows.to) return;
    for await (const { block, from, to, payloads } of sealed.scan(rows)) {
      const arena = Buffer.from(payloads.buffer, payloads.byteOffset, payloads.byteLength);
      for (let row = from; row < to; row++) {
        this.#hashRow(numbered, block, row, { bytes: arena, from: block.payloadFrom(from) }, windows);
      }
    }
  }

  #hashRow(numbered: NumberedPart, block: RowBlock, row: number, payloads: Stretch, windows: readonly LogWindow[]) {
    const position = block.position(row);
    const { part, number } = numbered;
    const window = windows.find((each) => each.has(position));
    if (window === undefined) return;
    if (!window.claim(position, number)) {
      const reason = 'another part, or another row, holds an event at this position already';
      this.#found({ kind: 'repeated', file: part.path, position, reason });
      return;
    }
    const receivedAt = this.#received.of(block.receivedAtMs(row));
    if (!isOnDay(receivedAt, part.day)) {
      const reason = `the event was received at ${renderMs(block.receivedAtMs(row))}, not on ${part.day}`;
      this.#found({ kind: 'changed', file: part.path, position, reason });
    }
    const user = block.user(row);
    const payloadFrom = block.payloadFrom(row) - payloads.from;
    const fields = {
      consultationId: this.#fields.get(block.consultationId(row)),
      eventId: block.eventIds,
      eventIdAt: (row - block.from) * 16,
      segment: this.#fields.get(part.segment),
      receivedAt,
      eventType: this.#fields.get(block.eventType(row)),
      userId: user === '' ? absentField : this.#fields.get(user),
      occurredAt: this.#occurredAt(block, row),
      payload: payloads.bytes,
      payloadFrom,
      payloadTo: payloadFrom + block.payloadBytes(row),
    };
    this.#hashes.write(fields, position - window.from, window.leaves, window.contents, window.keys);
  }

  #occurredAt(block: RowBlock, row: number): Uint8Array {
    const text = block.occurredAtText(row);
    if (text !== '') return encodeField(text);
    const ms = block.occurredAtMs(row);
    return ms === undefined ? absentField : this.#occurred.of(ms);
  }
}
