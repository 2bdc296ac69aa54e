import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parquetSink } from '../../../localstack/cli/export/parquet.ts';
import type { AcceptedEvent } from '../../../shared/domain/event.ts';
import type { ConsultationId, EventId } from '../../../shared/domain/ids.ts';
import { leafHash } from '../../../shared/domain/leaf.ts';
import { createPartWriter } from '../../../shared/store/level0.ts';
import { realisticEvents, trickyEvents } from '../../interop/events.ts';
import { eventIdOf, eventOf, eventsOf } from '../store/events.ts';
import { createSealRig, type SealRig } from '../store/seal/rig.ts';
import { fi, linesOf, type Run } from './fixtures/run.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'fi-export-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const run = (rig: SealRig, ...words: readonly string[]): Promise<Run> =>
  fi(['export', ...words], { environment: { FI_STORE_DIR: rig.folder } });

const fileOf = (name: string): string => path.join(folder, name);

const positionsIn = (file: string): unknown[] => linesOf(readFileSync(file, 'utf8')).map(({ position }) => position);

const sealedStore = async (...batches: readonly (readonly AcceptedEvent[])[]): Promise<SealRig> => {
  const rig = createSealRig();
  for (const events of batches) {
    await rig.store(...events);
    await rig.sealer().seal();
  }
  return rig;
};

const bufferOf = (file: string): ArrayBuffer => {
  const bytes = readFileSync(file);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
};

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const readParquet = (file: ArrayBuffer): Promise<Record<string, unknown>[]> =>
  parquetReadObjects({
    file,
    // The reader's own drops a byte order mark.
    parsers: { stringFromBytes: (bytes) => utf8.decode(bytes) },
    compressors: { ZSTD: (bytes) => zstdDecompressSync(bytes) },
  });

describe('fi export', () => {
  it('writes what is sealed as NDJSON, and goes on where it ended', async () => {
    const rig = await sealedStore(eventsOf(5), eventsOf(3, 5));
    const first = await run(rig, fileOf('a.ndjson'));
    expect(first.status, first.err).toBe(0);
    expect(positionsIn(fileOf('a.ndjson'))).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(first.progress.at(-2)).toBe('8 events, 100 %');
    await rig.store(...eventsOf(2, 8));
    await rig.sealer().seal();
    const second = await run(rig, fileOf('b.ndjson'), '--after', first.out.trim());
    expect(positionsIn(fileOf('b.ndjson'))).toEqual([8, 9]);
    const third = await run(rig, fileOf('c.ndjson'), '--after', second.out.trim());
    expect(readFileSync(fileOf('c.ndjson'), 'utf8')).toBe('');
    expect(third.out).toBe(second.out);
  });

  it('writes to standard output for a pipe', async () => {
    const rig = await sealedStore(eventsOf(3));
    const { out, err } = await run(rig, '-');
    expect(linesOf(out)).toHaveLength(3);
    expect(err).toMatch(/^3 events; go on with --after \S+\n$/);
    expect((await run(rig, '-', '--format', 'parquet')).status).toBe(2);
  });

  it('filters by consultation, type, segment, days and positions', async () => {
    const rig = await sealedStore(
      Array.from({ length: 12 }, (_, number) =>
        eventOf(number, {
          consultationId: `c${number % 2}` as ConsultationId,
          eventType: number % 3 === 0 ? 'THIRD' : 'OTHER',
          segment: number % 4 === 0 ? 'audio' : 'clinical',
          receivedAt: `2026-11-2${Math.floor(number / 4)}T10:00:00.000Z`,
        }),
      ),
    );
    const idsOf = async (...words: readonly string[]): Promise<number[]> => {
      const { status, out, err } = await run(rig, '-', ...words);
      expect(status, err).toBe(0);
      return linesOf(out)
        .map(({ event_id }) => Number.parseInt(String(event_id).slice(-12), 16))
        .sort((left, right) => left - right);
    };
    expect(await idsOf('--consultation', 'c1')).toEqual([1, 3, 5, 7, 9, 11]);
    expect(await idsOf('--type', 'THIRD')).toEqual([0, 3, 6, 9]);
    expect(await idsOf('--segment', 'audio')).toEqual([0, 4, 8]);
    expect(await idsOf('--from', '2026-11-21')).toEqual([4, 5, 6, 7, 8, 9, 10, 11]);
    expect(await idsOf('--from', '2026-11-21', '--to', '2026-11-21')).toEqual([4, 5, 6, 7]);
    expect(await idsOf('--from', '2', '--to', '4')).toHaveLength(3);
    expect(await idsOf('--consultation', 'c1', '--type', 'THIRD', '--segment', 'clinical')).toEqual([3, 9]);
  });

  it('adds what is not sealed where asked to: each event once, and behind the cursor', async () => {
    const rig = await sealedStore(eventsOf(3));
    await rig.store(...eventsOf(2, 3));
    // One that is sealed already, and one twice.
    await rig.store(eventOf(1), eventOf(4), eventOf(5));
    const sealed = await run(rig, fileOf('a.ndjson'));
    expect(positionsIn(fileOf('a.ndjson'))).toEqual([0, 1, 2]);
    const both = await run(rig, fileOf('b.ndjson'), '--unsealed');
    const lines = linesOf(readFileSync(fileOf('b.ndjson'), 'utf8'));
    expect(lines.map(({ event_id }) => event_id)).toEqual([0, 1, 2, 3, 4, 5].map(eventIdOf));
    expect(lines.map(({ sealed: isSealed }) => isSealed)).toEqual([true, true, true, false, false, false]);
    expect(both.out).toBe(sealed.out);
    expect((await run(rig, fileOf('c.ndjson'), '--unsealed', '--to', '3')).status).toBe(2);
  });

  it('leaves what is there alone unless it is told otherwise, and nothing half behind', async () => {
    const rig = await sealedStore(eventsOf(3));
    writeFileSync(fileOf('a.ndjson'), 'mine');
    expect((await run(rig, fileOf('a.ndjson'))).err).toMatch(/there already/);
    expect(readFileSync(fileOf('a.ndjson'), 'utf8')).toBe('mine');
    const [part = ''] = (await rig.state()).parts.keys();
    const whole = readFileSync(path.join(rig.folder, part));
    writeFileSync(path.join(rig.folder, part), 'damaged');
    expect(await run(rig, fileOf('a.ndjson'), '--force')).toMatchObject({
      status: 1,
      err: expect.stringContaining(part),
    });
    expect(readdirSync(folder)).toEqual(['a.ndjson']);
    expect(readFileSync(fileOf('a.ndjson'), 'utf8')).toBe('mine');
    writeFileSync(path.join(rig.folder, part), whole);
    expect((await run(rig, fileOf('a.ndjson'), '--force')).status).toBe(0);
    expect(positionsIn(fileOf('a.ndjson'))).toEqual([0, 1, 2]);
    const stopped = await fi(['export', fileOf('b.ndjson')], {
      environment: { FI_STORE_DIR: rig.folder },
      signal: AbortSignal.abort(),
    });
    expect(stopped.status).toBe(1);
    expect(readdirSync(folder)).toEqual(['a.ndjson']);
  });

  it.each([
    [['--format', 'csv'], '--format'],
    [['--from', 'yesterday'], '--from'],
    [['--to', '2026-13-01'], '--to'],
  ])('refuses %j', async (words, named) => {
    const { status, err } = await run(createSealRig(), fileOf('x'), ...words);
    expect(status).toBe(2);
    expect(err).toContain(named);
  });

  it('refuses a cursor that is none', async () => {
    const { status, err } = await run(createSealRig(), fileOf('x'), '--after', 'nonsense');
    expect(status).toBe(1);
    expect(err).toContain('after');
  });
});

describe('fi export as Parquet', () => {
  it('reads back with every byte of the payloads, and all that leaf hashes cover', async () => {
    const large = Array.from({ length: 3 }, (_, number) =>
      eventOf(1_000 + number, { payload: `{"text":"${'señal '.repeat(150_000)}"}` }),
    );
    const rig = await sealedStore(realisticEvents(500), trickyEvents(), large);
    await rig.store(eventOf(2_000, { userId: undefined, occurredAt: undefined }));
    const { status, err, out } = await run(rig, fileOf('a.parquet'), '--unsealed');
    expect(status, err).toBe(0);
    const rows = await readParquet(bufferOf(fileOf('a.parquet')));
    const log = await rig.sealed();
    expect(rows).toHaveLength(log.length + 1);
    for (const [position, row] of rows.entries()) {
      const event = log[position] ?? eventOf(2_000, { userId: undefined, occurredAt: undefined });
      expect(row).toEqual({
        position: position < log.length ? BigInt(position) : null,
        event_id: event.eventId,
        consultation_id: event.consultationId,
        event_type: event.eventType,
        user_id: event.userId ?? null,
        occurred_at: event.occurredAt ?? null,
        received_at: new Date(event.receivedAt),
        request_index: event.requestIndex,
        segment: event.segment,
        payload: event.payload,
        erased_at: null,
      });
      // All that the leaf hash covers is there, so that an export can be held against the log.
      expect(
        Buffer.from(
          leafHash({
            consultationId: row.consultation_id as ConsultationId,
            eventId: row.event_id as EventId,
            eventType: String(row.event_type),
            userId: (row.user_id as string | null) ?? undefined,
            occurredAt: (row.occurred_at as string | null) ?? undefined,
            receivedAt: (row.received_at as Date).toISOString(),
            requestIndex: Number(row.request_index),
            segment: String(row.segment),
            payload: String(row.payload),
          }),
        ).equals(event.leaf),
      ).toBe(true);
    }
    const { key_value_metadata, created_by } = parquetMetadata(bufferOf(fileOf('a.parquet')));
    expect(created_by).toBe('fi-events');
    expect(key_value_metadata).toEqual([{ key: 'fi-events.next', value: out.trim() }]);
  });

  it('writes a row group when it has enough events or bytes, and holds no more', async () => {
    const pieces: Uint8Array[] = [];
    const sink = parquetSink(async (bytes) => void pieces.push(new Uint8Array(bytes)), {
      groupEvents: 3,
      groupCharacters: 1_000,
    });
    const events = [
      ...eventsOf(4),
      eventOf(4, { payload: `{"text":"${'x'.repeat(2_000)}"}` }),
      ...eventsOf(3, 5),
      eventOf(8),
    ].map((event, position) => ({ ...event, position }));
    await sink.write(events.slice(0, 2));
    expect(pieces).toHaveLength(0);
    await sink.write(events.slice(2));
    expect(pieces).toHaveLength(3);
    await sink.finish('p2.8');
    const file = new Uint8Array(Buffer.concat(pieces)).buffer;
    expect(parquetMetadata(file).row_groups.map(({ num_rows }) => Number(num_rows))).toEqual([3, 2, 3, 1]);
    expect((await readParquet(file)).map(({ payload }) => payload)).toEqual(events.map(({ payload }) => payload));
  });

  it('of an empty store is a file without rows', async () => {
    const rig = createSealRig();
    expect((await run(rig, fileOf('a.parquet'))).status).toBe(0);
    expect(await readParquet(bufferOf(fileOf('a.parquet')))).toEqual([]);
  });

  it('of a level-0 part with every tricky event keeps each byte', async () => {
    const rig = createSealRig();
    await createPartWriter({ folder: rig.folder }).write(trickyEvents(), 'none');
    await run(rig, fileOf('a.parquet'), '--unsealed');
    const payloads = (await readParquet(bufferOf(fileOf('a.parquet')))).map(({ payload }) => payload);
    expect(payloads.sort()).toEqual(
      trickyEvents()
        .map(({ payload }) => payload)
        .sort(),
    );
  });
});
