import { zstdCompressSync } from 'node:zlib';
import type { SchemaElement } from 'hyparquet';
import { ByteWriter, type ColumnSource, ParquetWriter } from 'hyparquet-writer';
import type { StoredEvent } from '../../../shared/domain/event.ts';
import type { ExportSink, WriteBytes } from './sink.ts';

/** A row group is written when it has so many events or payload characters; readers take one at a time. */
export interface RowGroupSize {
  readonly groupEvents: number;
  readonly groupCharacters: number;
}

const usualSize: RowGroupSize = { groupEvents: 16_384, groupCharacters: 8 * 1024 * 1024 };

/** The key of the file's metadata that says where the next export goes on. */
export const nextKey = 'fi-events.next';

interface Column {
  readonly element: SchemaElement;
  readonly cellOf: (event: StoredEvent) => unknown;
  readonly source?: Partial<ColumnSource>;
}

const text = (name: string, optional: boolean, cellOf: Column['cellOf'], source: Column['source'] = {}): Column => ({
  element: {
    name,
    type: 'BYTE_ARRAY',
    converted_type: 'UTF8',
    logical_type: { type: 'STRING' },
    repetition_type: optional ? 'OPTIONAL' : 'REQUIRED',
  },
  cellOf,
  source,
});

/** The members of an event as reads show them, and the place in its request, without which no leaf hash can be computed. */
const columns: readonly Column[] = [
  {
    // Absent until the event is sealed.
    element: { name: 'position', type: 'INT64', repetition_type: 'OPTIONAL' },
    cellOf: ({ position }) => (position === undefined ? undefined : BigInt(position)),
  },
  text('event_id', false, ({ eventId }) => eventId, { encoding: 'PLAIN' }),
  text('consultation_id', false, ({ consultationId }) => consultationId),
  text('event_type', false, ({ eventType }) => eventType),
  text('user_id', true, ({ userId }) => userId),
  // As sent: its precision and offset are the client's.
  text('occurred_at', true, ({ occurredAt }) => occurredAt),
  {
    element: {
      name: 'received_at',
      type: 'INT64',
      converted_type: 'TIMESTAMP_MILLIS',
      logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
      repetition_type: 'REQUIRED',
    },
    cellOf: ({ receivedAt }) => new Date(receivedAt),
  },
  {
    element: { name: 'request_index', type: 'INT32', repetition_type: 'REQUIRED' },
    cellOf: ({ requestIndex }) => requestIndex,
  },
  text('segment', false, ({ segment }) => segment),
  // Every payload is another: looking for repeats would cost time and find none.
  text('payload', true, ({ payload, erasedAt }) => (erasedAt === undefined ? payload : undefined), {
    encoding: 'PLAIN',
    statistics: false,
  }),
  // Of a consultation that was erased: its payload and user id are gone.
  text('erased_at', true, ({ erasedAt }) => erasedAt),
];

/** Hands its bytes on after each row group, so that memory holds one. */
class GroupWriter extends ByteWriter {
  readonly #write: WriteBytes;

  constructor(write: WriteBytes) {
    super(1024 * 1024);
    this.#write = write;
  }

  async flush(): Promise<void> {
    await this.#write(this.getBytes());
    this.index = 0;
  }

  override finish(): Promise<void> {
    return this.flush();
  }
}

/** Apache Parquet with zstd, a column a member; payloads are text, byte for byte as they were sent. */
export const parquetSink = (
  write: WriteBytes,
  { groupEvents, groupCharacters }: RowGroupSize = usualSize,
): ExportSink => {
  const parquet = new ParquetWriter({
    writer: new GroupWriter(write),
    schema: [{ name: 'events', num_children: columns.length }, ...columns.map(({ element }) => element)],
    codec: 'ZSTD',
    compressors: { ZSTD: (bytes) => zstdCompressSync(bytes) },
    createdBy: 'fi-events',
  });
  let waiting: StoredEvent[] = [];
  let characters = 0;

  const writeGroup = async (): Promise<void> => {
    const group = waiting;
    waiting = [];
    characters = 0;
    const columnData = columns.map(({ element, cellOf, source }) => ({
      ...source,
      name: element.name,
      data: group.map(cellOf),
    }));
    await parquet.write({ columnData, rowGroupSize: group.length });
  };

  return {
    write: async (events) => {
      for (const event of events) {
        waiting.push(event);
        characters += event.payload.length;
        if (waiting.length >= groupEvents || characters >= groupCharacters) await writeGroup();
      }
    },
    finish: async (next) => {
      if (waiting.length > 0) await writeGroup();
      parquet.kvMetadata = [{ key: nextKey, value: next }];
      await parquet.finish();
    },
  };
};
