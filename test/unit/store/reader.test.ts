import { rmSync, writeFileSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { InvalidField, StoreUnavailable } from '../../../shared/domain/errors.ts';
import type { AcceptedEvent } from '../../../shared/domain/event.ts';
import type { ConsultationId } from '../../../shared/domain/ids.ts';
import { nodeStoreFiles } from '../../../shared/store/files.ts';
import { createPartWriter, level0Path, listLevel0 } from '../../../shared/store/level0.ts';
import type { EventReader } from '../../../shared/store/port.ts';
import { createEventReader, type StoreReading } from '../../../shared/store/read.ts';
import { createLogger } from '../../../shared/telemetry/log.ts';
import { consultation, eventIdOf, eventOf, eventsOf } from './events.ts';
import { temporaryFolder } from './folders.ts';

/** A store with one part a batch, in their order. */
const storeOf = async (...batches: readonly (readonly AcceptedEvent[])[]) => {
  const folder = temporaryFolder();
  const writer = createPartWriter({ folder });
  const parts: string[] = [];
  for (const batch of batches) parts.push((await writer.write(batch, 'gzip-1')).path);
  return { folder, parts };
};

const query = { consultationId: consultation, limit: 100, includeUnsealed: true };

const numbersIn = async (reader: EventReader, changes: Partial<Parameters<EventReader['byConsultation']>[0]> = {}) => {
  const { events } = await reader.byConsultation({ ...query, ...changes });
  return events.map(({ eventId }) => Number.parseInt(eventId.slice(-12), 16));
};

const without = ({ leaf: _, ...event }: AcceptedEvent) => event;

describe('reading a consultation', () => {
  it('gives its events of all parts by id, as they were accepted', async () => {
    const other = eventOf(9, { consultationId: 'other' as ConsultationId });
    const { folder } = await storeOf([eventOf(3), other], [eventOf(1), eventOf(2)]);
    const page = await createEventReader({ folder }).byConsultation(query);
    expect(page.events.map(without)).toEqual([1, 2, 3].map((n) => ({ ...without(eventOf(n)), position: undefined })));
    expect(page.next).toBeUndefined();
  });

  it('sees what was published after it was made', async () => {
    const { folder } = await storeOf([eventOf(1)]);
    const reader = createEventReader({ folder });
    expect(await numbersIn(reader)).toEqual([1]);
    await createPartWriter({ folder }).write([eventOf(2)], 'none');
    expect(await numbersIn(reader)).toEqual([1, 2]);
  });

  it('shows a repeated event once, out of the oldest part', async () => {
    const { folder } = await storeOf(
      [eventOf(1, { payload: '{"first":1}' })],
      [eventOf(1, { payload: '{"second":1}' }), eventOf(2)],
    );
    const reader = createEventReader({ folder });
    const { events } = await reader.byConsultation(query);
    expect(events.map(({ payload }) => payload)).toEqual(['{"first":1}', '{"n":2}']);
    expect((await reader.byId(consultation, eventIdOf(1)))?.payload).toBe('{"first":1}');
  });

  it('filters by type', async () => {
    const { folder } = await storeOf([eventOf(1, { eventType: 'A' }), eventOf(2)], [eventOf(3, { eventType: 'A' })]);
    expect(await numbersIn(createEventReader({ folder }), { eventType: 'A' })).toEqual([1, 3]);
    expect(await numbersIn(createEventReader({ folder }), { eventType: 'NONE' })).toEqual([]);
  });

  it('has nothing of what is not sealed unless asked to', async () => {
    const { folder } = await storeOf([eventOf(1)]);
    const page = await createEventReader({ folder }).byConsultation({ ...query, includeUnsealed: false });
    expect(page).toMatchObject({ events: [], next: undefined });
  });

  it('finds no event of another consultation, or that never was', async () => {
    const { folder } = await storeOf([eventOf(1)]);
    const reader = createEventReader({ folder });
    expect(await reader.byId('other' as ConsultationId, eventIdOf(1))).toBeUndefined();
    expect(await reader.byId(consultation, eventIdOf(2))).toBeUndefined();
  });
});

describe('paging', () => {
  it.each([1, 2, 3, 7, 20])('by %i neither skips nor repeats', async (limit) => {
    const { folder } = await storeOf(eventsOf(7), eventsOf(7, 4), eventsOf(6, 9));
    const reader = createEventReader({ folder });
    const ids: string[] = [];
    let after: string | undefined;
    do {
      const page = await reader.byConsultation({ ...query, limit, ...(after === undefined ? {} : { after }) });
      expect(page.events.length).toBeLessThanOrEqual(limit);
      ids.push(...page.events.map(({ eventId }) => eventId));
      after = page.next;
    } while (after !== undefined);
    expect(ids).toEqual(Array.from({ length: 15 }, (_, number) => eventIdOf(number)));
  });

  it.each([
    '',
    'nonsense',
    'dTEu',
    eventIdOf(1),
    Buffer.from(`u1.${eventIdOf(1)} `).toString('base64url'),
    Buffer.from(`u2.${eventIdOf(1)}`).toString('base64url'),
  ])('refuses the cursor %j and names it', async (after) => {
    const { folder } = await storeOf([eventOf(1)]);
    const failed = createEventReader({ folder }).byConsultation({ ...query, after });
    await expect(failed).rejects.toThrow(InvalidField);
    await expect(failed).rejects.toMatchObject({ field: 'after' });
  });
});

describe('a part that vanishes between its listing and its reading', () => {
  it('makes the read start over', async () => {
    const { folder, parts } = await storeOf([eventOf(1)], [eventOf(1), eventOf(2)]);
    let vanished = false;
    const files: StoreReading = {
      ...nodeStoreFiles,
      read: (file) => {
        if (!vanished && file.endsWith(parts[0] ?? '')) {
          vanished = true;
          rmSync(file);
        }
        return nodeStoreFiles.read(file);
      },
    };
    expect(await numbersIn(createEventReader({ folder, files }))).toEqual([1, 2]);
    expect(vanished).toBe(true);
  });

  it('is an unavailable store when that never ends, or when another error meets it', async () => {
    const { folder } = await storeOf([eventOf(1)]);
    for (const code of ['ESTALE', 'EIO']) {
      const read = vi.fn(() => Promise.reject(Object.assign(new Error(code), { code })));
      const reader = createEventReader({ folder, files: { ...nodeStoreFiles, read } });
      await expect(reader.byConsultation(query)).rejects.toThrow(StoreUnavailable);
      expect(read.mock.calls.length).toBeLessThan(20);
    }
  });
});

/** Those of the files read that are parts. */
const partsOf = (calls: readonly (readonly [file: string])[]) => calls.filter(([file]) => file.endsWith('.h5'));

describe('the index', () => {
  it('opens each part once while there is room, and reads right when there is none', async () => {
    const { folder, parts } = await storeOf(eventsOf(5), eventsOf(5, 5), eventsOf(5, 10));
    const everything = Array.from({ length: 15 }, (_, number) => number);
    for (const indexBytes of [0, 600, 1_100, 1_000_000]) {
      const read = vi.fn(nodeStoreFiles.read);
      const reader = createEventReader({ folder, indexBytes, files: { ...nodeStoreFiles, read } });
      await numbersIn(reader);
      read.mockClear();
      expect(await numbersIn(reader), `with ${indexBytes} bytes`).toEqual(everything);
      // With room, a part is read for its payloads alone.
      if (indexBytes === 1_000_000) expect(partsOf(read.mock.calls)).toHaveLength(parts.length);
    }
  });

  it('opens no part that does not hold the consultation, once it is known', async () => {
    const { folder } = await storeOf([eventOf(1)], [eventOf(2, { consultationId: 'other' as ConsultationId })]);
    const read = vi.fn(nodeStoreFiles.read);
    const reader = createEventReader({ folder, files: { ...nodeStoreFiles, read } });
    await numbersIn(reader);
    read.mockClear();
    expect(await numbersIn(reader)).toEqual([1]);
    expect(partsOf(read.mock.calls)).toHaveLength(1);
  });
});

describe('listing', () => {
  it('passes over what is no part, and gives the oldest first', async () => {
    const { folder, parts } = await storeOf([eventOf(1)], [eventOf(2)], [eventOf(3)]);
    await mkdir(path.join(folder, 'level0/0'), { recursive: true });
    writeFileSync(path.join(folder, 'level0/0/.nfs0001'), 'x');
    writeFileSync(path.join(folder, 'level0/0/notes.h5'), 'x');
    expect(await listLevel0(nodeStoreFiles, folder)).toEqual(parts);
  });

  it('finds a part in the folder that its last digit names', async () => {
    const { folder } = await storeOf([eventOf(1)]);
    const writer = createPartWriter({ folder });
    const part = await writer.write([eventOf(2)], 'none');
    expect(part.path).toBe(level0Path(part.partId));
    expect((await readFile(path.join(folder, part.path))).length).toBe(part.bytes);
    expect(part.events).toBe(1);
  });
});

it('a damaged part is logged once, and other consultations are still read', async () => {
  const other = 'other' as ConsultationId;
  const { folder, parts } = await storeOf([eventOf(1)], [eventOf(2, { consultationId: other })]);
  writeFileSync(path.join(folder, parts[0] ?? ''), 'not a part any more');
  const lines: string[] = [];
  const reader = createEventReader({ folder, logger: createLogger('info', (line) => lines.push(line)) });
  for (let read = 0; read < 3; read++) expect(await numbersIn(reader, { consultationId: other })).toEqual([2]);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(parts[0] ?? 'nothing');
});
