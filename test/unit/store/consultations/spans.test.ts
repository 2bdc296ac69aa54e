import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AcceptedEvent } from '../../../../shared/domain/event.ts';
import {
  coverOf,
  fanOut,
  leavesOf,
  parentsCompletedBy,
  type Span,
  spanOfPath,
  spanPath,
  topLevel,
} from '../../../../shared/store/consultations/layout.ts';
import {
  consultationKey,
  encodeSpan,
  entriesPerPage,
  pageBytes,
} from '../../../../shared/store/consultations/pages.ts';
import { nodeStoreFiles } from '../../../../shared/store/files.ts';
import { createEventReader } from '../../../../shared/store/read.ts';
import { temporaryFolder } from '../folders.ts';
import type { SealRig } from '../seal/rig.ts';
import { verifyRig } from '../verify/rig.ts';
import { consultationOf, extendToTheEnd, keeperOf, positions, sealedRig, whereaboutsOf } from './rig.ts';

const fileOf = (rig: SealRig, span: Span): string => path.join(rig.folder, spanPath(span));

/** A page of a consultation, by a process that has just begun. */
const read = async (rig: SealRig, number: number) => {
  const reader = createEventReader({ folder: rig.folder, spanPositions: positions });
  const { events } = await reader.byConsultation({
    consultationId: consultationOf(number),
    limit: 100,
    includeUnsealed: false,
  });
  return events.map(({ position }) => position);
};

const positionsAmong = (sealed: readonly AcceptedEvent[], number: number): readonly number[] =>
  sealed.flatMap(({ consultationId }, position) => (consultationId === consultationOf(number) ? [position] : []));

const positionsOf = async (rig: SealRig, number: number): Promise<readonly number[]> =>
  positionsAmong(await rig.sealed(), number);

describe('the spans of a log', () => {
  it('cover it from its start, few of each level, and are whole when their last leaf is', () => {
    fc.assert(
      fc.property(fc.nat(200_000), (leaves) => {
        const cover = coverOf(leaves);
        let next = 0;
        for (const span of cover) {
          expect(span.index * leavesOf(span)).toBe(next);
          next += leavesOf(span);
        }
        expect(next).toBe(leaves);
        for (let level = 0; level < topLevel; level++) {
          expect(cover.filter((span) => span.level === level).length).toBeLessThan(fanOut);
        }
      }),
    );
    expect(parentsCompletedBy(256)).toEqual([
      { level: 1, index: 15 },
      { level: 2, index: 0 },
    ]);
    expect(parentsCompletedBy(255)).toEqual([]);
    expect(parentsCompletedBy(0)).toEqual([]);
  });

  it('are known by their paths, and nothing else is', () => {
    for (const span of [
      { level: 0, index: 0 },
      { level: 4, index: 123_456_789 },
    ]) {
      expect(spanOfPath(spanPath(span))).toEqual(span);
    }
    for (const file of ['0/000000/000001000.span', '5/000000/000000000.span', '0/000000/1.span']) {
      expect(spanOfPath(`log/consultations/${file}`)).toBeUndefined();
    }
  });
});

describe('a span of many pages', () => {
  const span = { level: 0, index: 0 };

  const write = async (count: number): Promise<string> => {
    const folder = temporaryFolder();
    const keys = Array.from({ length: count }, (_, number) => consultationKey(consultationOf(number)));
    const entries = keys.sort((left, right) => left - right).map((key) => ({ key, bits: 1 }));
    const pages: Buffer[] = [];
    for await (const page of encodeSpan(span, 0, entries)) pages.push(page);
    mkdirSync(path.dirname(path.join(folder, spanPath(span))), { recursive: true });
    writeFileSync(path.join(folder, spanPath(span)), Buffer.concat(pages));
    return folder;
  };

  it.each([0, 1, entriesPerPage, entriesPerPage + 1, 5_000])('of %i knows each, and no other', async (count) => {
    const whereabouts = whereaboutsOf(await write(count));
    for (let number = 0; number < count + 1_000; number++) {
      const ranges = await whereabouts.rangesOf(positions, consultationOf(number), -1);
      expect(ranges).toEqual(number < count ? [{ from: 0, end: positions }] : []);
    }
  });

  it('rules nothing out once a byte of it is another, or it ends early', async () => {
    const folder = await write(1_000);
    const file = path.join(folder, spanPath(span));
    const bytes = readFileSync(file);
    for (let at = 7; at < bytes.length; at += 499) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 0x10;
      writeFileSync(file, changed);
      for (const number of [1, 500, 999]) {
        const ranges = await whereaboutsOf(folder).rangesOf(positions, consultationOf(number), -1);
        expect(ranges).toEqual([{ from: 0, end: positions }]);
      }
    }
    writeFileSync(file, bytes.subarray(0, pageBytes));
    for (let number = 0; number < 1_000; number++) {
      const ranges = await whereaboutsOf(folder).rangesOf(positions, consultationOf(number), -1);
      expect(ranges).toEqual([{ from: 0, end: positions }]);
    }
  });
});

describe('keeping the spans of a store', () => {
  it('tells where each consultation has events, and of the rest of the log that it may', async () => {
    const commits = fc.tuple(
      fc.array(fc.nat(6), { minLength: 1, maxLength: 90 }),
      fc.integer({ min: 8, max: 30 }),
      fc.integer({ min: -1, max: 60 }),
    );
    await fc.assert(
      fc.asyncProperty(commits, async ([consultations, perCommit, behind]) => {
        const rig = await sealedRig(consultations, perCommit);
        await extendToTheEnd(rig);
        const { size } = (await rig.state()).tree;
        const whole = size - (size % positions);
        const sealed = await rig.sealed();
        for (let number = 0; number <= 7; number++) {
          const expected = new Set(positionsAmong(sealed, number).map((position) => Math.floor(position / positions)));
          const ranges = await whereaboutsOf(rig.folder).rangesOf(size, consultationOf(number), behind);
          const leaves = ranges
            .filter(({ from }) => from < whole)
            .flatMap(({ from, end }) =>
              Array.from({ length: (Math.min(end, whole) - from) / positions }, (_, leaf) => from / positions + leaf),
            );
          expect(leaves).toEqual(
            [...expected].filter((leaf) => leaf < whole / positions && (leaf + 1) * positions > behind + 1),
          );
          if (whole < size) expect(ranges.at(-1)?.end).toBe(size);
          expect(await read(rig, number)).toEqual(positionsAmong(sealed, number));
        }
        expect((await verifyRig(rig, { spanPositions: positions })).findings).toEqual([]);
      }),
      { numRuns: 5 },
    );
  });

  it('opens as few files for a page however many parts there are', async () => {
    const opens = async (parts: number): Promise<number> => {
      const consultations = Array.from({ length: parts * positions }, (_, index) => Math.floor(index / positions));
      const rig = await sealedRig(consultations, positions);
      await extendToTheEnd(rig);
      let [opened, commits] = [0, 0];
      const files: typeof nodeStoreFiles = {
        ...nodeStoreFiles,
        openRanges: (file) => {
          opened++;
          return nodeStoreFiles.openRanges(file);
        },
        read: (file) => {
          commits++;
          return nodeStoreFiles.read(file);
        },
      };
      const reader = createEventReader({ folder: rig.folder, files, spanPositions: positions });
      const consultationId = consultationOf(Math.floor(parts / 2));
      const { events } = await reader.byConsultation({ consultationId, limit: 100, includeUnsealed: false });
      expect(events).toHaveLength(positions);
      expect(commits).toBeGreaterThan(0);
      return opened;
    };
    expect(await opens(24)).toBeLessThanOrEqual((await opens(8)) + 4);
  });

  it('goes on where a process stopped, and makes the spans above that it left out', async () => {
    const rig = await sealedRig(
      Array.from({ length: 2 * positions * fanOut }, (_, index) => index % 3),
      16,
    );
    const keeper = keeperOf(rig.folder);
    await extendToTheEnd(rig, keeper);
    const last = { level: 1, index: 1 };
    const bytes = readFileSync(fileOf(rig, last));
    rmSync(fileOf(rig, last));
    expect(await read(rig, 1)).toEqual(await positionsOf(rig, 1));
    await extendToTheEnd(rig);
    expect(readFileSync(fileOf(rig, last))).toEqual(bytes);
  });

  it('is the same whoever of several does it', async () => {
    const rig = await sealedRig(
      Array.from({ length: 70 }, (_, index) => index % 5),
      10,
    );
    await Promise.all([1, 2, 3].map(() => extendToTheEnd(rig)));
    expect(await read(rig, 3)).toEqual(await positionsOf(rig, 3));
    expect((await verifyRig(rig, { spanPositions: positions })).findings).toEqual([]);
  });

  it('rules nothing out where a part could not be read, whose events are found once it is restored', async () => {
    const rig = await sealedRig([1, 1, 2, 2, 1, 3, 3, 3], 2);
    const second = [...(await rig.state()).parts.values()].find(({ first_position }) => first_position === 2);
    const file = path.join(rig.folder, second?.path ?? '');
    const bytes = readFileSync(file);
    rmSync(file);
    await extendToTheEnd(rig);
    writeFileSync(file, bytes);
    expect(await read(rig, 2)).toEqual([2, 3]);
    expect(await read(rig, 1)).toEqual(await positionsOf(rig, 1));
    expect((await verifyRig(rig, { spanPositions: positions })).findings).toEqual([]);
  });
});

describe('verifying the spans', () => {
  const storedSpans = async () => {
    const rig = await sealedRig(
      Array.from({ length: 2 * positions * fanOut }, (_, index) => index % 7),
      8,
    );
    await extendToTheEnd(rig);
    return rig;
  };
  const rewrite = async (rig: SealRig, span: Span, numbers: readonly number[]): Promise<void> => {
    const keys = numbers.map((number) => consultationKey(consultationOf(number))).sort((left, right) => left - right);
    const pages: Buffer[] = [];
    for await (const page of encodeSpan(
      span,
      0,
      keys.map((key) => ({ key, bits: 1 })),
    ))
      pages.push(page);
    writeFileSync(fileOf(rig, span), Buffer.concat(pages));
  };
  const findings = async (rig: SealRig) => (await verifyRig(rig, { spanPositions: positions })).findings;

  it('finds each that is altered, and a stranger, and misses none that is not there', async () => {
    const rig = await storedSpans();
    expect(await findings(rig)).toEqual([]);
    const leaf = { level: 0, index: 3 };
    const bytes = readFileSync(fileOf(rig, leaf));
    for (const changed of [
      Buffer.concat([bytes, bytes]),
      bytes.subarray(1),
      Buffer.alloc(0),
      Buffer.from(bytes).fill(1, 9, 10),
    ]) {
      writeFileSync(fileOf(rig, leaf), changed);
      expect(await findings(rig)).toMatchObject([{ kind: 'changed', file: spanPath(leaf) }]);
    }
    rmSync(fileOf(rig, leaf));
    const stranger = path.join(path.dirname(fileOf(rig, leaf)), 'strange');
    writeFileSync(stranger, '');
    expect(await findings(rig)).toMatchObject([{ kind: 'added', file: path.relative(rig.folder, stranger) }]);
    rmSync(stranger);
    expect(await findings(rig)).toEqual([]);
  });

  it('finds one that hides a consultation, or names one that has no events there', async () => {
    const rig = await storedSpans();
    const leaf = { level: 0, index: 2 };
    const held = [...(await rig.sealed()).slice(leaf.index * positions, (leaf.index + 1) * positions)];
    const numbers = held.map(({ consultationId }) => Number(consultationId.split('-')[1]));
    await rewrite(rig, leaf, numbers.slice(1));
    expect((await findings(rig)).map(({ file, reason }) => [file, reason])).toContainEqual([
      spanPath(leaf),
      'it leaves out a consultation that has events there: reads lack them until the file is removed',
    ]);
    await rewrite(rig, leaf, [...new Set([...numbers, 100])]);
    expect((await findings(rig)).map(({ file, reason }) => [file, reason])).toContainEqual([
      spanPath(leaf),
      'it names a consultation that has no events there',
    ]);
  });
});
