import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { InvalidField, PartDamaged } from '../../../shared/domain/errors.ts';
import type { StoredEvent } from '../../../shared/domain/event.ts';
import type { ConsultationId } from '../../../shared/domain/ids.ts';
import { nodeStoreFiles } from '../../../shared/store/files.ts';
import type { EventFeed, FeedQuery } from '../../../shared/store/port.ts';
import { createEventReader, type StoreReading } from '../../../shared/store/read.ts';
import { eventOf } from './events.ts';
import { createSealRig, type SealRig } from './seal/rig.ts';

const segments = ['clinical', 'audio', 'conversation'];

const storeSome = (rig: SealRig, from: number, count: number): Promise<string> =>
  rig.store(
    ...Array.from({ length: count }, (_, index) =>
      eventOf(from + index, {
        segment: segments[(from + index) % 3] ?? '',
        eventType: (from + index) % 2 === 0 ? 'EVEN' : 'ODD',
        consultationId: `c${(from + index) % 4}` as ConsultationId,
        receivedAt: `2026-11-${String(20 + Math.floor((from + index) / 20)).padStart(2, '0')}T00:00:00.000Z`,
        requestIndex: index,
      }),
    ),
  );

const sealedRig = async (commits: number, eventsEach: number): Promise<SealRig> => {
  const rig = createSealRig();
  const sealer = rig.sealer();
  for (let commit = 0; commit < commits; commit++) {
    await storeSome(rig, commit * eventsEach, eventsEach);
    await sealer.seal();
  }
  return rig;
};

/** Pages to the end; each page's cursor is strictly ahead of the one before it. */
const readAll = async (feed: EventFeed, changes: Partial<FeedQuery> = {}): Promise<readonly StoredEvent[]> => {
  const events: StoredEvent[] = [];
  const cursors = new Set<string>();
  for (let after: string | undefined; ; ) {
    const page = await feed.feed({ limit: 100, ...changes, ...(after === undefined ? {} : { after }) });
    events.push(...page.events);
    if (!page.more) return events;
    expect(cursors.has(page.next)).toBe(false);
    cursors.add(page.next);
    after = page.next;
  }
};

const logOf = async (rig: SealRig): Promise<readonly StoredEvent[]> =>
  (await rig.sealed()).map((event, position) => ({ ...event, position }));

describe('the feed', () => {
  it('gives everything sealed in the order of positions, whatever the limit', async () => {
    const rig = await sealedRig(4, 20);
    const feed = createEventReader({ folder: rig.folder });
    const log = await logOf(rig);
    for (const limit of [1, 7, 1_000]) expect(await readAll(feed, { limit })).toEqual(log);
  });

  it('filters by type, consultation, segment, day, position and what a key may read, and passes the rest', async () => {
    const rig = await sealedRig(4, 20);
    const feed = createEventReader({ folder: rig.folder });
    const log = await logOf(rig);
    const cases: readonly (readonly [Partial<FeedQuery>, (event: StoredEvent) => boolean])[] = [
      [{ eventType: 'ODD' }, ({ eventType }) => eventType === 'ODD'],
      [{ consultationId: 'c2' }, ({ consultationId }) => consultationId === 'c2'],
      [{ segment: 'audio' }, ({ segment }) => segment === 'audio'],
      [{ fromDay: '2026-11-21', toDay: '2026-11-22' }, ({ receivedAt }) => /^2026-11-2[12]/.test(receivedAt)],
      [{ before: 33 }, ({ position = -1 }) => position < 33],
      [{ mayRead: (id) => id === 'c1' }, ({ consultationId }) => consultationId === 'c1'],
      [{ eventType: 'NEVER' }, () => false],
    ];
    for (const [filter, wanted] of cases) {
      expect(await readAll(feed, { ...filter, limit: 3 }), JSON.stringify(filter)).toEqual(log.filter(wanted));
    }
  });

  it('says where it is when nothing is left, and goes on from there', async () => {
    const rig = createSealRig();
    const feed = createEventReader({ folder: rig.folder });
    const empty = await feed.feed({ limit: 10 });
    expect(empty).toMatchObject({ events: [], more: false });
    expect(await feed.feed({ limit: 10, after: empty.next })).toEqual(empty);
    await storeSome(rig, 0, 5);
    await rig.sealer().seal();
    const page = await feed.feed({ limit: 10, after: empty.next });
    expect(page.events.map(({ position }) => position)).toEqual([0, 1, 2, 3, 4]);
    const end = await feed.feed({ limit: 10, after: page.next });
    expect(end).toEqual({ events: [], next: page.next, more: false });
    // A store that is seen late on another host never moves a cursor back.
    const ahead = await feed.feed({ limit: 10, after: '1000' });
    expect(ahead).toMatchObject({ events: [], more: false });
    expect((await feed.feed({ limit: 10, after: ahead.next })).next).toBe(ahead.next);
  });

  it('ends a page at its bytes, after one event at least', async () => {
    const rig = createSealRig();
    await rig.store(...[0, 1, 2].map((number) => eventOf(number, { payload: `{"text":"${'x'.repeat(2_000)}"}` })));
    await rig.sealer().seal();
    const feed = createEventReader({ folder: rig.folder });
    expect((await feed.feed({ limit: 10, pageBytes: 5_000 })).events).toHaveLength(2);
    expect((await feed.feed({ limit: 10, pageBytes: 1 })).events).toHaveLength(1);
    expect(await readAll(feed, { pageBytes: 1 })).toHaveLength(3);
  });

  it('opens a bounded number of parts a page where a store has very many', async () => {
    const rig = await sealedRig(90, 1);
    let opened = 0;
    const files: StoreReading = {
      ...nodeStoreFiles,
      openRanges: (file) => {
        opened++;
        return nodeStoreFiles.openRanges(file);
      },
    };
    const feed = createEventReader({ folder: rig.folder, files });
    const page = await feed.feed({ limit: 1_000 });
    expect(opened).toBeLessThanOrEqual(128);
    expect(page.more).toBe(true);
    expect(await readAll(feed, { limit: 1_000 })).toEqual(await logOf(rig));
  });

  it.each(['ENOENT', 'ESTALE'])('starts over when a part answers %s in the middle of a page', async (code) => {
    const rig = await sealedRig(3, 10);
    for (let failing = 0; failing < 12; failing++) {
      let reads = 0;
      const files: StoreReading = {
        ...nodeStoreFiles,
        openRanges: async (file) => {
          const ranges = await nodeStoreFiles.openRanges(file);
          return {
            ...ranges,
            read: (offset, length) =>
              reads++ === failing
                ? Promise.reject(Object.assign(new Error(code), { code }))
                : ranges.read(offset, length),
          };
        },
      };
      const feed = createEventReader({ folder: rig.folder, files });
      expect(await readAll(feed, { limit: 4 })).toEqual(await logOf(rig));
      expect(reads).toBeGreaterThan(failing);
    }
  });

  it('never passes over a part that is damaged', async () => {
    const rig = await sealedRig(3, 3);
    const log = await logOf(rig);
    const [, , , damaged = ''] = (await rig.state()).parts.keys();
    writeFileSync(path.join(rig.folder, damaged), createHash('sha256').digest());
    const feed = createEventReader({ folder: rig.folder });
    const first = await feed.feed({ limit: 3 });
    expect(first.events).toEqual(log.slice(0, 3));
    await expect(feed.feed({ limit: 3, after: first.next })).rejects.toThrow(PartDamaged);
    await expect(feed.feed({ limit: 3, after: first.next, consultationId: 'c3' })).rejects.toThrow(PartDamaged);
  });

  it('refuses cursors that are none of its own', async () => {
    const feed = createEventReader({ folder: createSealRig().folder });
    for (const after of ['x', Buffer.from('u2.4.0196e0a0-0000-7000-8000-000000000001').toString('base64url')]) {
      await expect(feed.feed({ limit: 1, after })).rejects.toThrow(InvalidField);
    }
  });
});
