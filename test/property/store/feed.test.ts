import { rmSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { StoredEvent } from '../../../shared/domain/event.ts';
import { type ConsultationId, createUuidV7Source, type PartId } from '../../../shared/domain/ids.ts';
import { CommitLog } from '../../../shared/store/commits/commit-log.ts';
import { composeCommit } from '../../../shared/store/commits/compose.ts';
import type { CommittedPart } from '../../../shared/store/commits/format.ts';
import { publishCommit } from '../../../shared/store/commits/publish-commit.ts';
import { nodeStoreFiles } from '../../../shared/store/files.ts';
import { DurableFolders } from '../../../shared/store/folders.ts';
import { committedPartOf } from '../../../shared/store/merge/write-merged.ts';
import { mergeParts } from '../../../shared/store/part/sealed/merge.ts';
import { openSealedPart } from '../../../shared/store/part/sealed/open.ts';
import type { EventFeed, FeedQuery } from '../../../shared/store/port.ts';
import { publish } from '../../../shared/store/publish.ts';
import { createEventReader, type StoreReading } from '../../../shared/store/read.ts';
import { eventOf } from '../../unit/store/events.ts';
import { createSealRig, type SealRig } from '../../unit/store/seal/rig.ts';

const segments = ['clinical', 'audio'] as const;
const newPartId = createUuidV7Source(Date.now) as () => PartId;

/** Puts one part in the place of all that a segment and day has, in one commit, and removes those at once, which is sooner than any grace. */
const mergeSegment = async (rig: SealRig, segment: string, mostRows: number): Promise<void> => {
  const log = new CommitLog({ folder: rig.folder, files: nodeStoreFiles });
  const state = await log.catchUp();
  const parts = [...state.parts.values()].filter((part) => part.segment === segment);
  if (parts.length < 2) return;
  const folders = new DurableFolders(nodeStoreFiles, rig.folder);
  const files = await Promise.all(parts.map((part) => nodeStoreFiles.openRanges(path.join(rig.folder, part.path))));
  const inputs = await Promise.all(
    parts.map(({ path: file, base_position }, index) => {
      const ranges = files[index];
      if (ranges === undefined) throw new Error('no file');
      return openSealedPart(ranges, { path: file, basePosition: base_position });
    }),
  );
  const added: CommittedPart[] = [];
  for await (const merged of mergeParts(inputs, { level: 2, compression: 'gzip-1', newPartId, mostRows })) {
    const part = committedPartOf(merged);
    const publication = { store: rig.folder, temporaryName: newPartId(), target: part.path, bytes: merged.bytes };
    await publish(nodeStoreFiles, publication, folders);
    added.push(part);
  }
  for (const file of files) await file.close();
  const removed = parts.map((part) => part.path);
  const author = { nowMs: Date.now, sign: () => state.checkpoint };
  const writing = { folder: rig.folder, files: nodeStoreFiles, folders, uniqueName: newPartId };
  expect(await publishCommit(writing, composeCommit(state, { added, removed }, author))).toBe('published');
  for (const file of removed) rmSync(path.join(rig.folder, file));
};

/** A consumer that keeps its cursor, as one that is restarted any number of times. */
class Consumer {
  readonly seen: StoredEvent[] = [];
  readonly #filter: Partial<FeedQuery>;
  #after: string | undefined;
  #position = -1;

  constructor(filter: Partial<FeedQuery>) {
    this.#filter = filter;
  }

  async read(feed: EventFeed, limit: number): Promise<boolean> {
    const after = this.#after === undefined ? {} : { after: this.#after };
    const page = await feed.feed({ ...this.#filter, ...after, limit });
    expect(page.events.length).toBeLessThanOrEqual(limit);
    if (page.more) expect(page.next).not.toBe(this.#after);
    for (const event of page.events) {
      expect(event.position).toBeGreaterThan(this.#position);
      this.#position = event.position ?? -1;
    }
    this.seen.push(...page.events);
    this.#after = page.next;
    return page.more;
  }
}

const change = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('store' as const), count: fc.integer({ min: 1, max: 7 }) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('seal' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('merge' as const),
      segment: fc.constantFrom(...segments),
      mostRows: fc.integer({ min: 1, max: 20 }),
    }),
  },
);
type Change = typeof change extends fc.Arbitrary<infer Value> ? Value : never;

const step = fc.oneof(
  { weight: 3, arbitrary: change },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('read' as const),
      limit: fc.integer({ min: 1, max: 9 }),
      // What happens in the middle of the page, when so many files have been opened.
      during: fc.array(change, { maxLength: 3 }),
      atOpen: fc.nat({ max: 6 }),
    }),
  },
);

it('whatever is stored, sealed and merged before and during a page: the pages are the log, once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 14 }), async (steps) => {
      const rig = createSealRig();
      const sealer = rig.sealer();
      let number = 0;
      const make = async (next: Change): Promise<void> => {
        if (next.kind === 'merge') return mergeSegment(rig, next.segment, next.mostRows);
        if (next.kind === 'seal') return void (await sealer.seal());
        const events = Array.from({ length: next.count }, (_, index) =>
          eventOf(number + index, {
            segment: segments[(number + index) % 2] ?? '',
            eventType: (number + index) % 3 === 0 ? 'THIRD' : 'OTHER',
            consultationId: `c${(number + index) % 5}` as ConsultationId,
            requestIndex: index,
          }),
        );
        number += next.count;
        await rig.store(...events);
      };
      let opens = 0;
      let pending: { readonly atOpen: number; readonly during: Change[] } | undefined;
      const files: StoreReading = {
        ...nodeStoreFiles,
        openRanges: async (file) => {
          if (pending !== undefined && opens++ >= pending.atOpen) {
            const { during } = pending;
            pending = undefined;
            for (const next of during) await make(next);
          }
          return nodeStoreFiles.openRanges(file);
        },
      };
      const feed = createEventReader({ folder: rig.folder, files });
      const everything = new Consumer({});
      const some = new Consumer({ eventType: 'THIRD', mayRead: (id) => id !== 'c1' });
      for (const next of steps) {
        if (next.kind !== 'read') {
          await make(next);
          continue;
        }
        opens = 0;
        pending = { atOpen: next.atOpen, during: next.during };
        await everything.read(feed, next.limit);
        await some.read(feed, next.limit);
      }
      pending = undefined;
      await sealer.seal();
      while (await everything.read(feed, 5));
      while (await some.read(feed, 2));
      const log = (await rig.sealed()).map((event, position) => ({ ...event, position }));
      expect(log).toHaveLength(number);
      expect(everything.seen).toEqual(log);
      expect(some.seen).toEqual(
        log.filter(({ eventType, consultationId }) => eventType === 'THIRD' && consultationId !== 'c1'),
      );
    }),
    { numRuns: 60 },
  );
});
