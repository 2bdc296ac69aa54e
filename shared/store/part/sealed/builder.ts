import type { EncodedDataset } from '../../hdf5/model.ts';
import { renderFile } from '../../hdf5/render.ts';
import type { Compression } from '../../port.ts';
import { dictionaries, partFormat } from '../layout.ts';
import { requireStorableName } from '../storable.ts';
import { IntegerStream, integerColumn, nameColumn, TextStream, type WordBytes } from './column-streams.ts';
import { type ConsultationIndex, ConsultationRuns, codesOf } from './consultation-runs.ts';
import { DeflateQueue } from './deflate-queue.ts';
import {
  type ColumnName,
  columnNames,
  columnWords,
  namesPerChunk,
  type RenderedPart,
  rowsPerChunk,
  type SealedPartHeader,
  type SealedPartMeta,
  sealedFormatVersion,
  timeTextBytes,
} from './layout.ts';
import { PayloadStream } from './payload-stream.ts';
import type { SealedRow } from './sealed-row.ts';

const levelOf = (compression: Compression): number =>
  compression === 'none' ? 0 : Number(compression.slice('gzip-'.length));

/** Gives each distinct name a code in the order of its first appearance. */
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

class Range {
  least = Number.POSITIVE_INFINITY;
  most = Number.NEGATIVE_INFINITY;

  add(value: number): void {
    if (value < this.least) this.least = value;
    if (value > this.most) this.most = value;
  }
}

type Streams = Readonly<Record<Exclude<ColumnName, 'consultation'> | 'payload_offset', IntegerStream>>;

const columnOptions = (name: ColumnName | 'payload_offset') => {
  const valueBytes = (name === 'payload_offset' ? 8 : columnWords[name] * 4) as WordBytes;
  return { name, valueBytes, signed: valueBytes === 8 && name !== 'payload_offset', rowsPerChunk };
};

/**
 * Builds a sealed part row by row. In memory are the deflated chunks, those that are being filled or deflated, and the
 * names and runs of consultations.
 */
export class SealedPartBuilder {
  readonly #queue = new DeflateQueue();
  readonly #runs = new ConsultationRuns();
  readonly #eventTypes = new Codes('event_type');
  readonly #users = new Codes('user_id', '');
  readonly #streams: Streams;
  readonly #timeTexts: TextStream;
  readonly #payloads: PayloadStream;
  readonly #received = new Range();
  readonly #offsets = new Range();
  #count = 0;

  constructor(compression: Compression) {
    const stream = (name: keyof Streams) => [name, new IntegerStream(columnOptions(name), this.#queue)] as const;
    const names = [...columnNames.filter((name) => name !== 'consultation'), 'payload_offset'] as const;
    this.#streams = Object.fromEntries(names.map(stream)) as Streams;
    this.#streams.payload_offset.pushLong(0);
    this.#timeTexts = new TextStream('occurred_at_text', timeTextBytes, rowsPerChunk, this.#queue);
    this.#payloads = new PayloadStream(levelOf(compression), this.#queue);
  }

  get count(): number {
    return this.#count;
  }

  /** Before deflate. */
  get payloadBytes(): number {
    return this.#payloads.bytes;
  }

  /** Deflated payload so far, of chunks that are done. */
  get deflatedBytes(): number {
    return this.#payloads.deflatedBytes;
  }

  /** True when {@link settle} should be waited for before the next row, lest chunks pile up. */
  get isBusy(): boolean {
    return this.#queue.isBusy;
  }

  /** @throws Error from zlib. */
  settle(): Promise<void> {
    return this.#queue.settle();
  }

  /** @throws RangeError when the row does not stand behind the ones before it, by window, consultation and position. */
  append(row: SealedRow): void {
    this.#runs.append(row.consultation, row.positionOffset);
    const streams = this.#streams;
    streams.event_id.pushWords(row.eventId, row.eventIdAt);
    streams.received_at.pushLong(row.receivedAtMs);
    streams.occurred_at.pushWords(row.occurredAt, row.occurredAtAt);
    streams.request_index.push(row.requestIndex);
    streams.event_type.push(this.#eventTypes.of(row.eventType));
    streams.user.push(this.#users.of(row.user));
    streams.position_offset.push(row.positionOffset);
    this.#timeTexts.push(row.occurredAtText);
    this.#payloads.push(row.payload, row.payloadFrom, row.payloadTo);
    streams.payload_offset.pushLong(this.#payloads.bytes);
    this.#received.add(row.receivedAtMs);
    this.#offsets.add(row.positionOffset);
    this.#count++;
  }

  /**
   * @throws RangeError when there is no row.
   * @throws Error from zlib.
   */
  async finish(header: SealedPartHeader): Promise<RenderedPart> {
    if (this.#count === 0) throw new RangeError('a part has at least one event');
    const index = this.#runs.index();
    const bands = [this.#names(index), this.#rows(index), [this.#payloads.close()]];
    await this.#queue.finish();
    const meta = this.#meta(header);
    return { bytes: renderFile({ attributes: attributesOf(meta), bands }), meta };
  }

  #names({ names, firstRun, runFirstRow, runRows }: ConsultationIndex): readonly EncodedDataset[] {
    const texts = (name: string, values: readonly string[]) => nameColumn(name, values, namesPerChunk, this.#queue);
    const integers = (name: string, words: Uint32Array) =>
      integerColumn({ name, valueBytes: 4, rowsPerChunk }, words, this.#queue);
    return [
      texts(dictionaries.event_type, this.#eventTypes.names),
      texts(dictionaries.user, this.#users.names),
      texts(dictionaries.consultation, names),
      integers('window', Uint32Array.from(this.#runs.windows)),
      integers('window_first_row', Uint32Array.from([...this.#runs.windowFirstRows, this.#count])),
      integers('consultation_first_run', firstRun),
      integers('run_first_row', runFirstRow),
      integers('run_rows', runRows),
    ];
  }

  #rows(index: ConsultationIndex): readonly EncodedDataset[] {
    const codes = codesOf(index, this.#count);
    const timeTexts = this.#timeTexts.close();
    return [
      ...Object.values(this.#streams).map((stream) => stream.close()),
      integerColumn(columnOptions('consultation'), codes, this.#queue),
      ...(timeTexts ? [timeTexts] : []),
    ];
  }

  #meta(header: SealedPartHeader): SealedPartMeta {
    return {
      ...header,
      count: this.#count,
      consultations: this.#runs.consultations,
      payloadBytes: this.#payloads.bytes,
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
