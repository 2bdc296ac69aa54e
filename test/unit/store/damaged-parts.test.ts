import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { PartDamaged } from '../../../shared/domain/errors.ts';
import type { AcceptedEvent } from '../../../shared/domain/event.ts';
import type { ConsultationId } from '../../../shared/domain/ids.ts';
import { systemClock } from '../../../shared/ports/clock.ts';
import { nodeStoreFiles } from '../../../shared/store/files.ts';
import { createPartWriter } from '../../../shared/store/level0.ts';
import { createEventReader } from '../../../shared/store/read.ts';
import { createLogger } from '../../../shared/telemetry/log.ts';
import { consultation, eventIdOf, eventOf } from './events.ts';
import { temporaryFolder } from './folders.ts';

const other = 'other' as ConsultationId;
const ofOther = (number: number): AcceptedEvent => eventOf(number, { consultationId: other });
const query = { limit: 10, includeUnsealed: true };

interface Store {
  readonly folder: string;
  readonly parts: readonly string[];
}

const storeOf = async (...batches: readonly (readonly AcceptedEvent[])[]): Promise<Store> => {
  const folder = temporaryFolder();
  const writer = createPartWriter({ folder });
  const parts: string[] = [];
  for (const batch of batches) parts.push(path.join(folder, (await writer.write(batch, 'none')).path));
  return { folder, parts };
};

/** Flips a bit of the column that holds these bytes; uncompressed, they stand in the file as they are. */
const flipIn = (file: string, bytes: Uint8Array): void => {
  const content = readFileSync(file);
  const at = content.indexOf(bytes);
  if (at < 0) throw new Error('the file does not hold these bytes');
  content[at] = (content[at] ?? 0) ^ 1;
  writeFileSync(file, content);
};

const uuidBytes = (uuid: string): Buffer => Buffer.from(uuid.replaceAll('-', ''), 'hex');

const readerOf = (folder: string, clock = systemClock) => {
  const lines: string[] = [];
  const logger = createLogger('info', (line) => lines.push(line));
  return { lines, reader: createEventReader({ folder, logger, clock }) };
};

describe('a part of which the consultations can still be read', () => {
  const damaged = async () => {
    const store = await storeOf([eventOf(1), eventOf(2)], [ofOther(3)], [eventOf(4)]);
    flipIn(store.parts[0] ?? '', uuidBytes(eventIdOf(1)));
    return { ...store, ...readerOf(store.folder) };
  };

  it('is an error for those that are in it, and no other notices', async () => {
    const { reader, lines, parts } = await damaged();
    for (let read = 0; read < 3; read++) {
      await expect(reader.byConsultation({ ...query, consultationId: consultation })).rejects.toThrow(PartDamaged);
      const page = await reader.byConsultation({ ...query, consultationId: other });
      expect(page.events.map(({ eventId }) => eventId)).toEqual([eventIdOf(3)]);
      expect(page).not.toHaveProperty('unreadable');
    }
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(path.basename(parts[0] ?? ''));
  });

  it('is no reason to say that an event never was', async () => {
    const { reader } = await damaged();
    await expect(reader.byId(consultation, eventIdOf(1))).rejects.toThrow(PartDamaged);
    expect(await reader.byId(other, eventIdOf(9))).toBeUndefined();
  });
});

describe('a part of which nothing can be read', () => {
  const damaged = async () => {
    const store = await storeOf([eventOf(1)], [ofOther(3)]);
    const whole = readFileSync(store.parts[0] ?? '');
    writeFileSync(store.parts[0] ?? '', whole.subarray(0, 100));
    let nowMs = 0;
    const clock = { ...systemClock, nowMs: () => nowMs };
    const pass = (ms: number): void => {
      nowMs += ms;
    };
    return { ...store, whole, pass, ...readerOf(store.folder, clock) };
  };

  it('leaves every page readable, and each says what it may lack', async () => {
    const { reader, folder, parts } = await damaged();
    const unreadable = [path.relative(folder, parts[0] ?? '')];
    const page = await reader.byConsultation({ ...query, consultationId: other });
    expect(page.events.map(({ eventId }) => eventId)).toEqual([eventIdOf(3)]);
    expect(page.unreadable).toEqual(unreadable);
    expect(await reader.byConsultation({ ...query, consultationId: consultation })).toMatchObject({
      events: [],
      unreadable,
    });
  });

  it('does not hide an event that is elsewhere, but is no reason to say that one never was', async () => {
    const { reader } = await damaged();
    expect((await reader.byId(other, eventIdOf(3)))?.eventId).toBe(eventIdOf(3));
    await expect(reader.byId(other, eventIdOf(9))).rejects.toThrow(PartDamaged);
  });

  it('is read again within a minute of being restored', async () => {
    const { reader, parts, whole, pass } = await damaged();
    await reader.byConsultation({ ...query, consultationId: consultation });
    writeFileSync(parts[0] ?? '', whole);
    pass(60_000);
    const page = await reader.byConsultation({ ...query, consultationId: consultation });
    expect(page.events.map(({ eventId }) => eventId)).toEqual([eventIdOf(1)]);
    expect(page).not.toHaveProperty('unreadable');
  });
});

it('damage to payloads is an error for the pages that they are on, and only for these', async () => {
  const { folder, parts } = await storeOf([eventOf(1, { payload: '{"marked":"payload"}' })], [eventOf(2)]);
  flipIn(parts[0] ?? '', Buffer.from('"marked"'));
  const { reader } = readerOf(folder);
  await expect(reader.byConsultation({ ...query, consultationId: consultation })).rejects.toThrow(PartDamaged);
  expect((await reader.byId(consultation, eventIdOf(2)))?.payload).toBe('{"n":2}');
});

describe('a page', () => {
  it('ends early where its payloads are many bytes, and the next one goes on', async () => {
    const large = `{"large":"${'x'.repeat(1_000)}"}`;
    const { folder } = await storeOf(
      [1, 2, 3, 4, 5].map((number) => eventOf(number, { payload: large })),
      [eventOf(6)],
    );
    const reader = createEventReader({ folder, pageBytes: 2_500 });
    const sizes: number[] = [];
    let after: string | undefined;
    do {
      const page = await reader.byConsultation({
        ...query,
        consultationId: consultation,
        ...(after === undefined ? {} : { after }),
      });
      sizes.push(page.events.length);
      after = page.next;
    } while (after !== undefined);
    expect(sizes).toEqual([2, 2, 2]);
  });

  it('has one event at least, however large', async () => {
    const { folder } = await storeOf([eventOf(1), eventOf(2)]);
    const page = await createEventReader({ folder, pageBytes: 1 }).byConsultation({
      ...query,
      consultationId: consultation,
    });
    expect(page.events).toHaveLength(1);
    expect(page.next).toBeDefined();
  });

  it('lets an older event of another type hide a later one of the same id, as sealing will', async () => {
    const { folder } = await storeOf([eventOf(1, { eventType: 'FIRST' })], [eventOf(1, { eventType: 'SECOND' })]);
    const reader = createEventReader({ folder });
    const page = await reader.byConsultation({ ...query, consultationId: consultation, eventType: 'SECOND' });
    expect(page.events).toEqual([]);
  });
});

it('reading leaves no descriptor open, whatever is damaged', async () => {
  const { folder, parts } = await storeOf([eventOf(1)], [eventOf(2)]);
  writeFileSync(parts[0] ?? '', 'no part');
  // What looks damaged is looked at again after a while, which need not pass here.
  const clock = { ...systemClock, sleep: async () => {} };
  const { reader } = readerOf(folder, clock);
  const open = async (): Promise<number> => (await nodeStoreFiles.list('/proc/self/fd')).length;
  await reader.byConsultation({ ...query, consultationId: consultation });
  const before = await open();
  for (let read = 0; read < 10; read++) {
    await createEventReader({ folder, clock }).byConsultation({ ...query, consultationId: consultation });
  }
  expect(await open()).toBeLessThanOrEqual(before);
});
