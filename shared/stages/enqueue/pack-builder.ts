import { limits } from '../../domain/limits.ts';
import { resentAttributeBytes } from '../../queue/letters/attributes.ts';
import { packHeader, packOf } from '../../queue/packs/encode.ts';

/** Hears what became of one record. Called exactly once. */
export interface RecordOwner {
  readonly confirmed: (index: number, messageId: string) => void;
  readonly failed: (index: number, error: Error) => void;
}

/** An encoded event on its way into a pack. */
export interface PendingRecord {
  readonly record: string;
  /** UTF-8 bytes of the record. */
  readonly bytes: number;
  readonly owner: RecordOwner;
  /** The event's place among the owner's events. */
  readonly index: number;
}

/** One message to be sent, and whose records it carries. */
export interface Pack {
  readonly body: string;
  readonly bytes: number;
  readonly records: readonly PendingRecord[];
}

const packHeaderBytes = Buffer.byteLength(packHeader);

/** The largest record that fits a message, also when quarantine or an operator sends it again. */
export const recordLimitBytes = limits.messageBytes - packHeaderBytes - resentAttributeBytes;

const buildPack = (records: readonly PendingRecord[]): Pack => ({
  body: packOf(records.map(({ record }) => record)),
  bytes: records.reduce((sum, { bytes }) => sum + bytes, packHeaderBytes),
  records,
});

/** The records, oldest first, that wait to be packed. */
export class PackBuilder {
  readonly #packBytes: number;
  #waiting: PendingRecord[] = [];
  /** Records before this place were taken; the array is cut only now and then. */
  #taken = 0;
  #bytes = 0;

  /** @param packBytes size at which a pack is full; a single record may be larger, up to {@link recordLimitBytes}. */
  constructor(packBytes: number) {
    this.#packBytes = packBytes;
  }

  get isEmpty(): boolean {
    return this.#taken === this.#waiting.length;
  }

  /** UTF-8 bytes that wait. */
  get bytes(): number {
    return this.#bytes;
  }

  add(record: PendingRecord): void {
    this.#waiting.push(record);
    this.#bytes += record.bytes;
  }

  /** The packs of one call: at most `limits.entriesPerCall`, together at most `limits.messageBytes`. */
  takeCall(): readonly Pack[] {
    const packs: Pack[] = [];
    let callBytes = 0;
    while (packs.length < limits.entriesPerCall) {
      const records = this.#takePack(limits.messageBytes - callBytes);
      if (records.length === 0) break;
      const pack = buildPack(records);
      callBytes += pack.bytes;
      packs.push(pack);
    }
    this.#forgetTaken();
    return packs;
  }

  /** The records of the next pack; none when the first one has no room left in the call. */
  #takePack(roomBytes: number): readonly PendingRecord[] {
    const from = this.#taken;
    let bytes = packHeaderBytes;
    while (this.#taken < this.#waiting.length) {
      const next = this.#waiting[this.#taken];
      if (next === undefined || bytes + next.bytes > roomBytes) break;
      if (this.#taken > from && bytes + next.bytes > this.#packBytes) break;
      bytes += next.bytes;
      this.#bytes -= next.bytes;
      this.#taken++;
    }
    return this.#waiting.slice(from, this.#taken);
  }

  #forgetTaken(): void {
    if (this.isEmpty) this.#waiting = [];
    else if (this.#taken > 1_024) this.#waiting = this.#waiting.slice(this.#taken);
    else return;
    this.#taken = 0;
  }
}
