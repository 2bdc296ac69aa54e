import { deflateLargeChunk } from '../../hdf5/filters.ts';
import type { EncodedDataset } from '../../hdf5/model.ts';
import { renderFile } from '../../hdf5/render.ts';
import type { Compression } from '../../port.ts';
import { dictionaries, partFormat } from '../layout.ts';
import { requireStorableName } from '../storable.ts';
import { type ConsultationIndex, ConsultationRuns, fillCodes } from './consultation-runs.ts';
import { type Encoding, encodeIntegers, encodeNames, encodeTexts, evenChunkRows } from './encode.ts';
import {
  type ColumnName,
  columnNames,
  columnWords,
  namesPerChunk,
  payloadChunkBytes,
  type RenderedPart,
  rowsPerChunk,
  type SealedPartHeader,
  type SealedPartMeta,
  sealedFormatVersion,
} from './layout.ts';

/** One event on its way into a part, with its values as the columns hold them. */
export interface SealedRow {
  readonly consultation: string;
  readonly eventType: string;
  /** Empty when the event names none. */
  readonly user: string;
  readonly positionOffset: number;
  readonly requestIndex: number;
  /** Four words from `eventIdAt` on. */
  readonly eventId: Uint32Array;
  readonly eventIdAt: number;
  readonly receivedAtMs: number;
  readonly occurredAtLow: number;
  readonly occurredAtHigh: number;
  /** Empty unless the time as sent is not what its milliseconds give. */
  readonly occurredAtText: string;
  readonly payload: Uint8Array;
}

/** Columns whose level does not come from the policy: `none` is meant for payloads that are compressed already. */
const columnLevel = 9;

const levelOf = (compression: Compression): number =>
  compression === 'none' ? 0 : Number(compression.slice('gzip-'.length));

class Codes {
  readonly names: string[];
  readonly #member: string;
  readonly #codes = new Map<string, number>();

  constructor(member: string, ...names: readonly string[]) {
    this.#member = member;
    this.names = [...names];
    for (const [code, name] of names.entries()) this.#codes.set(name, code);
  }

  of(name: string): number {
    const known = this.#codes.get(name);
    if (known !== undefined) return known;
    requireStorableName(this.#member, name);
    this.#codes.set(name, this.names.length);
    return this.names.push(name) - 1;
  }
}

/** Payload chunks being deflated at once; more would only hold memory. */
const deflatesAtOnce = 3;

/**
 * Builds a sealed part row by row. In memory are the narrow columns, the deflated payloads and a few chunks that are on
 * their way; `settle` waits for those.
 */
export class SealedPartBuilder {
  readonly #level: number;
  readonly #runs = new ConsultationRuns();
  readonly #eventTypes = new Codes('event_type');
  readonly #users = new Codes('user_id', '');
  readonly #timeTexts = new Map<number, string>();
  #columns: Record<ColumnName, Uint32Array<ArrayBuffer>>;
  #payloadOffset = new Uint32Array(2 * 1025);
  #capacity = 1024;
  #count = 0;

  #chunk = new Uint8Array(payloadChunkBytes);
  #chunkLength = 0;
  readonly #payloadChunks: Promise<Uint8Array>[] = [];
  #settled = 0;
  #payloadBytes = 0;
  #deflatedBytes = 0;

  #received = { least: Number.POSITIVE_INFINITY, most: Number.NEGATIVE_INFINITY };
  #offsets = { least: Number.POSITIVE_INFINITY, most: Number.NEGATIVE_INFINITY };

  constructor(compression: Compression) {
    this.#level = levelOf(compression);
    this.#columns = this.#allocate(this.#capacity);
  }

  get count(): number {
    return this.#count;
  }

  /** Before deflate. */
  get payloadBytes(): number {
    return this.#payloadBytes;
  }

  /** Deflated payload so far, of chunks that are done. */
  get deflatedBytes(): number {
    return this.#deflatedBytes;
  }

  /** @throws RangeError when the row does not stand behind the ones before it, by window, consultation and position. */
  append(row: SealedRow): void {
    this.#runs.append(row.consultation, row.positionOffset);
    if (this.#count === this.#capacity) this.#grow();
    const at = this.#count;
    const { event_id, received_at, occurred_at, request_index, event_type, user, position_offset } = this.#columns;
    for (let word = 0; word < 4; word++) event_id[at * 4 + word] = row.eventId[row.eventIdAt + word] ?? 0;
    received_at[at * 2] = row.receivedAtMs;
    received_at[at * 2 + 1] = Math.floor(row.receivedAtMs / 2 ** 32);
    occurred_at[at * 2] = row.occurredAtLow;
    occurred_at[at * 2 + 1] = row.occurredAtHigh;
    request_index[at] = row.requestIndex;
    event_type[at] = this.#eventTypes.of(row.eventType);
    user[at] = this.#users.of(row.user);
    position_offset[at] = row.positionOffset;
    if (row.occurredAtText !== '') this.#timeTexts.set(at, row.occurredAtText);
    this.#received.least = Math.min(this.#received.least, row.receivedAtMs);
    this.#received.most = Math.max(this.#received.most, row.receivedAtMs);
    this.#offsets.least = Math.min(this.#offsets.least, row.positionOffset);
    this.#offsets.most = Math.max(this.#offsets.most, row.positionOffset);
    this.#appendPayload(row.payload);
    this.#count++;
    this.#payloadOffset[this.#count * 2] = this.#payloadBytes;
    this.#payloadOffset[this.#count * 2 + 1] = Math.floor(this.#payloadBytes / 2 ** 32);
  }

  /** True when so many chunks are on their way that {@link settle} should be waited for before the next row. */
  get isBusy(): boolean {
    return this.#payloadChunks.length - this.#settled > deflatesAtOnce;
  }

  async settle(): Promise<void> {
    while (this.isBusy) await this.#settleNext();
  }

  /**
   * @throws RangeError when there is no row.
   * @throws Error from zlib.
   */
  async finish(header: SealedPartHeader): Promise<RenderedPart> {
    if (this.#count === 0) throw new RangeError('a part has at least one event');
    // Names first, behind the metadata: a small part is then open after one read.
    const index = this.#runs.index();
    const bands = [await this.#names(index), await this.#rows(index), [await this.#payload()]];
    const meta = this.#meta(header);
    return { bytes: renderFile({ attributes: attributesOf(meta), bands }), meta };
  }

  #allocate(rows: number): Record<ColumnName, Uint32Array<ArrayBuffer>> {
    const columns = columnNames.map((name) => [name, new Uint32Array(rows * columnWords[name])] as const);
    return Object.fromEntries(columns) as Record<ColumnName, Uint32Array<ArrayBuffer>>;
  }

  #grow(): void {
    this.#capacity *= 2;
    const larger = this.#allocate(this.#capacity);
    for (const name of columnNames) larger[name].set(this.#columns[name]);
    this.#columns = larger;
    const offsets = new Uint32Array(2 * (this.#capacity + 1));
    offsets.set(this.#payloadOffset);
    this.#payloadOffset = offsets;
  }

  #appendPayload(payload: Uint8Array): void {
    this.#payloadBytes += payload.length;
    let rest = payload;
    while (this.#chunkLength + rest.length > payloadChunkBytes) {
      const fitting = payloadChunkBytes - this.#chunkLength;
      this.#chunk.set(rest.subarray(0, fitting), this.#chunkLength);
      rest = rest.subarray(fitting);
      this.#chunkLength = payloadChunkBytes;
      this.#flush();
    }
    this.#chunk.set(rest, this.#chunkLength);
    this.#chunkLength += rest.length;
  }

  #flush(): void {
    const deflated = deflateLargeChunk(this.#chunk.subarray(0, this.#chunkLength), this.#level);
    // Whoever waits for it gets the error; until then nobody does, which is no reason to end the process.
    deflated.catch(() => {});
    this.#payloadChunks.push(deflated);
    this.#chunk = new Uint8Array(payloadChunkBytes);
    this.#chunkLength = 0;
  }

  async #settleNext(): Promise<void> {
    this.#deflatedBytes += (await this.#payloadChunks[this.#settled++])?.length ?? 0;
  }

  async #payload(): Promise<EncodedDataset> {
    const bytes = this.#payloadBytes;
    const chunkLength = Math.min(bytes, payloadChunkBytes);
    // The last chunk is as long as the others, with zeros in the end.
    if (this.#chunkLength > 0) {
      this.#chunkLength = chunkLength;
      this.#flush();
    }
    while (this.#settled < this.#payloadChunks.length) await this.#settleNext();
    const chunks = await Promise.all(this.#payloadChunks);
    const type = { kind: 'integer', bytes: 1, signed: false } as const;
    const shapes = { shape: [bytes], chunkShape: [chunkLength] };
    return { name: 'payload', type, ...shapes, shuffleBytes: 0, level: this.#level, chunks };
  }

  async #names({ names, firstRun, runFirstRow, runRows }: ConsultationIndex): Promise<readonly EncodedDataset[]> {
    const encoding: Encoding = { level: columnLevel, rowsPerChunk };
    const nameEncoding: Encoding = { level: columnLevel, rowsPerChunk: namesPerChunk };
    const integers = (name: string, words: Uint32Array) => encodeIntegers({ name, words, bytes: 4 }, encoding);
    return [
      await encodeNames(dictionaries.event_type, this.#eventTypes.names, nameEncoding),
      await encodeNames(dictionaries.user, this.#users.names, nameEncoding),
      await encodeNames(dictionaries.consultation, names, nameEncoding),
      await integers('window', Uint32Array.from(this.#runs.windows)),
      await integers('window_first_row', Uint32Array.from([...this.#runs.windowFirstRows, this.#count])),
      await integers('consultation_first_run', firstRun),
      await integers('run_first_row', runFirstRow),
      await integers('run_rows', runRows),
    ];
  }

  async #rows(index: ConsultationIndex): Promise<readonly EncodedDataset[]> {
    fillCodes(index, this.#columns.consultation);
    const encoding: Encoding = { level: columnLevel, rowsPerChunk: evenChunkRows(this.#count, rowsPerChunk) };
    const datasets: EncodedDataset[] = [];
    for (const name of columnNames) {
      const words = this.#columns[name].subarray(0, this.#count * columnWords[name]);
      const bytes = (columnWords[name] * 4) as 4 | 8 | 16;
      datasets.push(await encodeIntegers({ name, words, bytes, signed: bytes === 8 }, encoding));
    }
    const offsets = this.#payloadOffset.subarray(0, (this.#count + 1) * 2);
    datasets.push(await encodeIntegers({ name: 'payload_offset', words: offsets, bytes: 8 }, encoding));
    if (this.#timeTexts.size > 0) datasets.push(await this.#occurredAtText(encoding));
    return datasets;
  }

  #occurredAtText(encoding: Encoding): Promise<EncodedDataset> {
    const longest = [...this.#timeTexts.values()].reduce((most, text) => Math.max(most, Buffer.byteLength(text)), 1);
    const textAt = (row: number): string => this.#timeTexts.get(row) ?? '';
    return encodeTexts('occurred_at_text', this.#count, longest, textAt, encoding);
  }

  #meta(header: SealedPartHeader): SealedPartMeta {
    return {
      ...header,
      count: this.#count,
      consultations: this.#runs.consultations,
      payloadBytes: this.#payloadBytes,
      positionOffsetMin: this.#offsets.least,
      positionOffsetMax: this.#offsets.most,
      receivedAtMinMs: this.#received.least,
      receivedAtMaxMs: this.#received.most,
    };
  }
}

const attributesOf = (meta: SealedPartMeta): ReadonlyArray<readonly [string, string | bigint]> => [
  ['format', partFormat],
  ['format_version', BigInt(sealedFormatVersion)],
  ['level', BigInt(meta.level)],
  ['part_id', meta.partId],
  ['segment', meta.segment],
  ['day', meta.day],
  ['count', BigInt(meta.count)],
  ['consultations', BigInt(meta.consultations)],
  ['payload_bytes', BigInt(meta.payloadBytes)],
  ['position_offset_min', BigInt(meta.positionOffsetMin)],
  ['position_offset_max', BigInt(meta.positionOffsetMax)],
  ['received_at_min', BigInt(meta.receivedAtMinMs)],
  ['received_at_max', BigInt(meta.receivedAtMaxMs)],
];
