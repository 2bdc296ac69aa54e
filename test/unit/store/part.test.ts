import { Dataset, File, ready } from 'h5wasm';
import { describe, expect, it } from 'vitest';
import { PartDamaged } from '../../../shared/domain/errors.ts';
import type { AcceptedEvent } from '../../../shared/domain/event.ts';
import type { ConsultationId } from '../../../shared/domain/ids.ts';
import { merkleRoot } from '../../../shared/store/merkle.ts';
import { toColumns } from '../../../shared/store/part/columns.ts';
import { readPart, withPart } from '../../../shared/store/part/read.ts';
import { writePart } from '../../../shared/store/part/write.ts';
import type { Compression } from '../../../shared/store/port.ts';
import { eventIdOf, eventOf, eventsOf } from './events.ts';
import { eventsIn, headerOf } from './parts.ts';

const render = (events: readonly AcceptedEvent[], compression: Compression = 'gzip-1'): Promise<Uint8Array> => {
  const columns = toColumns(events);
  return writePart(columns, headerOf(columns), compression);
};

/** What a second, unrelated instance of the library sees of a part. */
const look = async <Seen>(bytes: Uint8Array, see: (file: File) => Seen): Promise<Seen> => {
  const { FS } = await ready;
  const name = '/looked-at.h5';
  FS.writeFile(name, bytes);
  const file = new File(name, 'r');
  try {
    return see(file);
  } finally {
    file.close();
    FS.unlink(name);
  }
};

const datasetsOf = (file: File): readonly Dataset[] =>
  file.keys().map((name) => {
    const dataset = file.get(name);
    if (!(dataset instanceof Dataset)) throw new Error(`${name} is no dataset`);
    return dataset;
  });

describe('a part', () => {
  it.each(['gzip-1', 'gzip-9', 'none'] as const)(
    'has exactly one checking filter on every dataset with %s',
    async (compression) => {
      const allowed = compression === 'none' ? [3] : [1, 3];
      const filters = await look(await render(eventsOf(50), compression), (file) =>
        datasetsOf(file).map(({ path, filters: found }) => [path, found.map(({ id }) => id)] as const),
      );
      for (const [path, ids] of filters) {
        expect(ids, path).toHaveLength(1);
        expect(allowed, path).toContain(ids[0]);
      }
    },
  );

  it('deflates payloads at the level that was asked for', async () => {
    const options = await look(await render(eventsOf(50), 'gzip-6'), (file) => {
      const payload = file.get('payload');
      return payload instanceof Dataset ? payload.filters.map(({ id, cd_values }) => [id, [...cd_values]]) : [];
    });
    expect(options).toEqual([[1, [6]]]);
  });

  it('has no variable-length strings', async () => {
    const lengths = await look(await render(eventsOf(5)), (file) =>
      datasetsOf(file).map(({ metadata }) => metadata.vlen),
    );
    expect(new Set(lengths)).toEqual(new Set([false]));
  });

  it('ends every text with NUL, so that no reader takes its last space for padding', async () => {
    const [size, names] = await look(await render([eventOf(1, { userId: 'ñ ' })]), (file) => {
      const users = file.get('user_names');
      return users instanceof Dataset ? [users.metadata.size, users.value] : [];
    });
    expect(size).toBe(Buffer.byteLength('ñ ') + 1);
    expect(names).toEqual(['', 'ñ ']);
  });

  it('is bounded to HDF5 1.10: superblock 3, whose fields and metadata carry checksums', async () => {
    const bytes = await render(eventsOf(2));
    expect(Buffer.from(bytes.subarray(0, 9)).toString('latin1')).toBe('\x89HDF\r\n\x1a\n\x03');
  });

  it('never has a chunk larger than its shape, with one event of the smallest payload', async () => {
    const events = [eventOf(1, { payload: '{}', userId: undefined, occurredAt: undefined })];
    const bytes = await render(events);
    expect(await eventsIn(bytes)).toEqual(events.map((event) => ({ ...event, position: undefined })));
    const chunks = await look(bytes, (file) =>
      datasetsOf(file).map(({ metadata }) => [metadata.chunks, metadata.shape]),
    );
    for (const [chunk, shape] of chunks) expect(chunk).toEqual(shape);
  });

  it('spreads payloads over chunks of 256 KiB, and gives back a slice across their border', async () => {
    const events = Array.from({ length: 10 }, (_, number) =>
      eventOf(number, { payload: `{"n":"${String(number).repeat(100_000)}"}` }),
    );
    const bytes = await render(events);
    const chunks = await look(
      bytes,
      (file) => datasetsOf(file).find(({ path }) => path === '/payload')?.metadata.chunks,
    );
    expect(chunks).toEqual([262_144]);
    expect((await eventsIn(bytes)).map(({ payload }) => payload)).toEqual(events.map(({ payload }) => payload));
  });

  it('takes column data out of a pool that is shared with other buffers', async () => {
    // A small Buffer is a window on a pool; writing the pool instead of the window would store a neighbour's bytes.
    const events = eventsOf(3).map((event) => ({ ...event, leaf: Buffer.from(event.leaf) }));
    const columns = toColumns(events);
    const pooled = Buffer.from(columns.payload);
    expect(pooled.byteOffset + pooled.buffer.byteLength).toBeGreaterThan(pooled.length);
    const bytes = await writePart({ ...columns, payload: pooled }, headerOf(columns), 'none');
    expect((await eventsIn(bytes)).map(({ payload }) => payload)).toEqual(events.map(({ payload }) => payload));
  });

  it('tells more than 65,536 event types apart', async () => {
    const events = Array.from({ length: 65_540 }, (_, number) => eventOf(number, { eventType: `T${number}` }));
    const read = await eventsIn(await render(events));
    expect(read.at(-1)?.eventType).toBe('T65539');
    expect(read.findIndex(({ eventType }, row) => eventType !== `T${row}`)).toBe(-1);
  });

  it('says in its attributes what is in it', async () => {
    const events = [
      eventOf(7, { receivedAt: '2026-01-01T00:00:00.002Z' }),
      eventOf(3, { receivedAt: '2026-01-01T00:00:00.010Z' }),
    ];
    const columns = toColumns(events);
    const header = headerOf(columns);
    const bytes = await writePart(columns, header, 'gzip-1');
    const found = await withPart('x', bytes, ({ attribute }) =>
      [
        'format',
        'format_version',
        'level',
        'part_id',
        'count',
        'received_at_min',
        'received_at_max',
        'event_id_min',
        'event_id_max',
        'merkle_root',
      ].map((name) => attribute(name)),
    );
    expect(found).toEqual([
      'fi-events part',
      1n,
      0n,
      header.partId,
      2n,
      BigInt(Date.parse('2026-01-01T00:00:00.002Z')),
      BigInt(Date.parse('2026-01-01T00:00:00.010Z')),
      eventIdOf(3),
      eventIdOf(7),
      Buffer.from(merkleRoot(columns.leaf)).toString('hex'),
    ]);
  });
});

describe('writing refuses what would not come back as it is', () => {
  it.each<[string, Partial<AcceptedEvent>]>([
    ['received_at', { receivedAt: '2026-11-23T10:11:12Z' }],
    ['payload', { payload: '{"lone":"\ud800"}' }],
    ['consultation_id', { consultationId: 'a\0b' as ConsultationId }],
    ['user_id', { userId: '' }],
    ['request_index', { requestIndex: 2 ** 32 }],
    ['event_id', { eventId: eventIdOf(10).toUpperCase() as AcceptedEvent['eventId'] }],
    ['leaf', { leaf: new Uint8Array(31) }],
  ])('%s', (member, changes) => {
    expect(() => toColumns([{ ...eventOf(1), ...changes }])).toThrow(member);
  });

  it('no events at all', () => expect(() => toColumns([])).toThrow(RangeError));
});

describe('reading', () => {
  const damages: [string, (bytes: Uint8Array) => Uint8Array][] = [
    ['nothing', () => new Uint8Array()],
    ['text', () => Buffer.from('no part at all')],
    ['zeros', (bytes) => new Uint8Array(bytes.length)],
    ['the first half', (bytes) => bytes.subarray(0, bytes.length / 2)],
    ['all but the last byte', (bytes) => bytes.subarray(0, -1)],
  ];
  it.each(damages)('%s is PartDamaged, and the next part reads well', async (_, damage) => {
    const bytes = await render(eventsOf(20));
    await expect(readPart('level0/0/a.h5', damage(bytes))).rejects.toThrow(PartDamaged);
    await expect(readPart('level0/0/a.h5', damage(bytes))).rejects.toThrow('level0/0/a.h5');
    expect(await eventsIn(bytes)).toHaveLength(20);
  });

  it('an HDF5 file of someone else is PartDamaged', async () => {
    const { FS } = await ready;
    const file = new File('/other.h5', 'w');
    file.create_attribute('format', 'something else');
    file.close();
    await expect(readPart('other.h5', FS.readFile('/other.h5'))).rejects.toThrow(PartDamaged);
  });

  it('a later version of the format is named and refused', async () => {
    const { FS } = await ready;
    FS.writeFile('/later.h5', await render(eventsOf(1)));
    const file = new File('/later.h5', 'a');
    file.delete_attribute('format_version');
    file.create_attribute('format_version', 2n as unknown as number, [], '<q');
    file.close();
    await expect(readPart('later.h5', FS.readFile('/later.h5'))).rejects.toThrow('version 2');
  });

  it('never answers from a part that was read before it', async () => {
    const [first, second] = [await render(eventsOf(5)), await render(eventsOf(5, 100))];
    expect((await eventsIn(first)).map(({ eventId }) => eventId)).toEqual(eventsOf(5).map(({ eventId }) => eventId));
    const damaged = Uint8Array.from(first);
    damaged.fill(0xff, first.length / 2, first.length / 2 + 200);
    await expect(readPart('damaged.h5', damaged)).rejects.toThrow(PartDamaged);
    expect((await eventsIn(second)).map(({ eventId }) => eventId)).toEqual(
      eventsOf(5, 100).map(({ eventId }) => eventId),
    );
  });

  it('reads parts at once without mixing them up', async () => {
    const parts = await Promise.all(Array.from({ length: 20 }, (_, part) => render(eventsOf(3, part * 10))));
    const read = await Promise.all(parts.map((bytes) => eventsIn(bytes)));
    expect(read.map(([event]) => event?.eventId)).toEqual(
      Array.from({ length: 20 }, (_, part) => eventIdOf(part * 10)),
    );
  });
});
