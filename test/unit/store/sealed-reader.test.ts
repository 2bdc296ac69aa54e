import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PartDamaged } from '../../../shared/domain/errors.ts';
import type { AcceptedEvent, StoredEvent } from '../../../shared/domain/event.ts';
import type { ConsultationId } from '../../../shared/domain/ids.ts';
import { nodeStoreFiles } from '../../../shared/store/files.ts';
import type { ConsultationQuery, EventReader } from '../../../shared/store/port.ts';
import { createEventReader, type StoreReading } from '../../../shared/store/read.ts';
import { consultation, eventIdOf, eventOf, eventsOf } from './events.ts';
import { createSealRig, type SealRig } from './seal/rig.ts';

const query: ConsultationQuery = { consultationId: consultation, limit: 100, includeUnsealed: false };

const numberOf = ({ eventId }: AcceptedEvent): number => Number.parseInt(eventId.slice(-12), 16);

/** Pages to the end. */
const readAll = async (reader: EventReader, changes: Partial<ConsultationQuery>): Promise<readonly StoredEvent[]> => {
  const events: StoredEvent[] = [];
  for (let after: string | undefined; ; ) {
    const page = await reader.byConsultation({ ...query, ...changes, ...(after === undefined ? {} : { after }) });
    expect(page.events.length).toBeLessThanOrEqual(changes.limit ?? query.limit);
    events.push(...page.events);
    if (page.next === undefined) return events;
    after = page.next;
  }
};

const segments = ['clinical', 'audio', 'conversation'];

/** Several commits with parts of several segments and consultations, whose positions lie between each other. */
const sealedRig = async (commits: number, eventsEach: number): Promise<SealRig> => {
  const rig = createSealRig();
  const sealer = rig.sealer();
  for (let commit = 0; commit < commits; commit++) {
    const events = Array.from({ length: eventsEach }, (_, index) => {
      const number = commit * eventsEach + index;
      return eventOf(number, {
        segment: segments[number % 3] ?? '',
        eventType: number % 2 === 0 ? 'EVEN' : 'ODD',
        consultationId: (number % 5 === 4 ? 'other' : consultation) as ConsultationId,
        requestIndex: index,
      });
    });
    await rig.store(...events);
    await sealer.seal();
  }
  return rig;
};

describe('reading sealed events', () => {
  it('gives them in the order of their positions, page by page, from a cursor or a position', async () => {
    const rig = await sealedRig(4, 20);
    const reader = createEventReader({ folder: rig.folder });
    const expected = (await rig.sealed()).flatMap((event, position) =>
      event.consultationId === consultation ? [{ ...event, position }] : [],
    );
    for (const limit of [1, 3, 7, 100]) expect(await readAll(reader, { limit })).toEqual(expected);
    const odd = expected.filter(({ eventType }) => eventType === 'ODD');
    expect(await readAll(reader, { limit: 5, eventType: 'ODD' })).toEqual(odd);
    const third = expected[2]?.position ?? 0;
    const page = await reader.byConsultation({ ...query, after: String(third) });
    expect(page.events).toEqual(expected.slice(3));
  });

  it('finds one by its id, with its position', async () => {
    const rig = await sealedRig(2, 10);
    const reader = createEventReader({ folder: rig.folder });
    for (const [position, event] of (await rig.sealed()).entries()) {
      expect(await reader.byId(event.consultationId, event.eventId)).toEqual({ ...event, position });
    }
    expect(await reader.byId('other' as ConsultationId, eventIdOf(0))).toBeUndefined();
  });

  it('adds what is not sealed behind the sealed ones, each once, and only when asked', async () => {
    const rig = createSealRig();
    await rig.store(...eventsOf(5, 10));
    await rig.sealer().seal();
    // One that repeats a sealed event, one that conflicts with it, and new ones.
    await rig.store(eventOf(12), eventOf(13, { payload: '{}' }), ...eventsOf(3));
    const reader = createEventReader({ folder: rig.folder });
    for (const limit of [1, 2, 4, 5, 6, 100]) {
      const events = await readAll(reader, { limit, includeUnsealed: true });
      expect(events.map(numberOf)).toEqual([10, 11, 12, 13, 14, 0, 1, 2]);
      expect(events.map(({ position }) => position)).toEqual([0, 1, 2, 3, 4, ...Array(3).fill(undefined)]);
      expect((await readAll(reader, { limit })).map(numberOf)).toEqual([10, 11, 12, 13, 14]);
    }
    expect((await reader.byId(consultation, eventIdOf(13)))?.payload).toBe('{"n":13}');
    expect(await reader.byId(consultation, eventIdOf(1))).toMatchObject({ position: undefined });
  });

  it('a position cursor neither skips nor repeats while events are stored and sealed', async () => {
    const rig = createSealRig();
    const sealer = rig.sealer();
    const reader = createEventReader({ folder: rig.folder });
    const read: number[] = [];
    let after = '';
    let number = 0;
    const turn = async (): Promise<void> => {
      await rig.store(...eventsOf(3, number));
      number += 3;
      await sealer.seal();
      const { events } = await reader.byConsultation({
        ...query,
        limit: 2,
        includeUnsealed: number % 2 === 0,
        ...(after === '' ? {} : { after }),
      });
      for (const event of events) {
        if (event.position === undefined) continue;
        read.push(numberOf(event));
        after = String(event.position);
      }
    };
    for (let round = 0; round < 6; round++) await turn();
    read.push(...(await readAll(reader, { after })).map(numberOf));
    expect(read).toEqual(Array.from({ length: number }, (_, index) => index));
  });

  it('unsealed events never move the cursor: those that are sealed meanwhile come with their positions', async () => {
    const rig = createSealRig();
    await rig.store(...eventsOf(6));
    const reader = createEventReader({ folder: rig.folder });
    const first = await reader.byConsultation({ ...query, limit: 4, includeUnsealed: true });
    expect(first.events.map(numberOf)).toEqual([0, 1, 2, 3]);
    await rig.sealer().seal();
    const second = await reader.byConsultation({ ...query, includeUnsealed: true, after: first.next ?? '' });
    expect(second.events.map(({ position }) => position)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('reads again what vanished under it', async () => {
    const rig = createSealRig();
    const level0 = await rig.store(...eventsOf(3));
    let sealed = false;
    // The part is sealed and gone between the listing and the reading, as for a reader that was asleep.
    const files: StoreReading = {
      ...nodeStoreFiles,
      read: async (file) => {
        if (file.endsWith(level0) && !sealed) {
          sealed = true;
          await rig.sealer().seal();
          rmSync(file);
        }
        return nodeStoreFiles.read(file);
      },
    };
    const reader = createEventReader({ folder: rig.folder, files });
    const { events } = await reader.byConsultation({ ...query, includeUnsealed: true });
    expect(events.map(({ position }) => position)).toEqual([0, 1, 2]);
  });

  it('ends a page early when its payloads are many bytes', async () => {
    const rig = createSealRig();
    await rig.store(...[0, 1, 2].map((number) => eventOf(number, { payload: `{"text":"${'x'.repeat(1_000)}"}` })));
    await rig.sealer().seal();
    await rig.store(eventOf(3, { payload: `{"text":"${'x'.repeat(3_000)}"}` }));
    const reader = createEventReader({ folder: rig.folder, pageBytes: 2_500 });
    const page = await reader.byConsultation({ ...query, includeUnsealed: true });
    expect(page.events.map(numberOf)).toEqual([0, 1]);
    expect((await readAll(reader, { includeUnsealed: true })).map(numberOf)).toEqual([0, 1, 2, 3]);
  });
});

describe('a damaged sealed part', () => {
  it('is an error for whom it is known to concern, and said of every page where nobody can tell', async () => {
    const rig = createSealRig();
    const sealer = rig.sealer();
    await rig.store(eventOf(1));
    await sealer.seal();
    await rig.store(eventOf(2, { consultationId: 'other' as ConsultationId }));
    await sealer.seal();
    const [part = ''] = (await rig.state()).parts.keys();
    const knowing = createEventReader({ folder: rig.folder });
    await knowing.byConsultation(query);
    writeFileSync(path.join(rig.folder, part), 'not a part any more');
    await expect(knowing.byConsultation(query)).rejects.toThrow(PartDamaged);
    await expect(knowing.byId(consultation, eventIdOf(1))).rejects.toThrow(PartDamaged);
    const other = { ...query, consultationId: 'other' as ConsultationId };
    expect((await knowing.byConsultation(other)).events.map(numberOf)).toEqual([2]);
    const fresh = createEventReader({ folder: rig.folder });
    expect(await fresh.byConsultation(other)).toMatchObject({
      events: [{ eventId: eventIdOf(2) }],
      unreadable: [part],
    });
  });
});

it('any mixture of parts and commits reads as one sequence by position', async () => {
  const event = fc.record({ number: fc.nat({ max: 40 }), segment: fc.constantFrom(...segments), other: fc.boolean() });
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.array(event, { minLength: 1, maxLength: 6 }) },
    { weight: 2, arbitrary: fc.constant('seal' as const) },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 1, max: 8 }),
      async (steps, limit) => {
        const rig = createSealRig();
        const sealer = rig.sealer();
        const reader = createEventReader({ folder: rig.folder });
        const stored = new Set<string>();
        for (const next of steps) {
          if (next === 'seal') {
            await sealer.seal();
            continue;
          }
          const distinct = new Map(next.map((each) => [each.number, each]));
          const events = [...distinct.values()].map(({ number, segment, other }) =>
            eventOf(number, { segment, consultationId: (other ? 'other' : consultation) as ConsultationId }),
          );
          await rig.store(...events);
          for (const { consultationId, eventId } of events) stored.add(`${consultationId} ${eventId}`);
        }
        const seen: string[] = [];
        for (const consultationId of [consultation, 'other' as ConsultationId]) {
          const events = await readAll(reader, { consultationId, limit, includeUnsealed: true });
          seen.push(...events.map(({ eventId }) => `${consultationId} ${eventId}`));
          const positions = events.flatMap(({ position }) => (position === undefined ? [] : [position]));
          expect(positions).toEqual(positions.toSorted((left, right) => left - right));
          expect(events.slice(0, positions.length).every(({ position }) => position !== undefined)).toBe(true);
        }
        expect(seen.toSorted()).toEqual([...stored].sort());
      },
    ),
    { numRuns: 25 },
  );
}, 60_000);
