import path from 'node:path';
import type { RangeReading } from '../../shared/store/files.ts';
import { formatFooter, formatHeader } from '../../shared/store/known-ids/ends.ts';
import { addToFilter } from '../../shared/store/known-ids/filter.ts';
import {
  guideEntryBytes,
  guidesPerSection,
  keysPerFence,
  layoutOf,
  pageBytes,
  pagesOfGuide,
  pagesPerGuide,
  pagesPerSection,
  type RunLayout,
  recordsOfPage,
  recordsPerPage,
} from '../../shared/store/known-ids/layout.ts';
import { PageChecksum } from '../../shared/store/known-ids/page.ts';
import { keyBytes, recordBytes, writeOffset } from '../../shared/store/known-ids/record.ts';
import type { RunRef } from '../../shared/store/known-ids/run.ts';
import { eventsPerSecond, firstEventMs, type IdKind, scramble } from './ids.ts';

/** Ids in one step of a key's time, 2^16 ms. */
const idsPerTimeStep = (65_536 * eventsPerSecond) / 1_000;

/** Puts the key of a run's `index`-th record at `at`: keys of random ids are evenly spaced, those of UUIDv7s within each 65.5 seconds. */
export const putVirtualKey = (kind: IdKind, run: RunRef, index: number, target: Buffer, at: number): void => {
  if (kind === 'uuid4') {
    const place = (index / run.entries) * 2 ** 48;
    target.writeUIntBE(Math.floor(place), at, 6);
    target.writeUInt16BE(Math.floor((place % 1) * 65_536), at + 6);
  } else {
    const position = run.basePosition + index;
    target.writeUInt32BE(Math.floor(firstEventMs / 65_536) + Math.floor(position / idsPerTimeStep), at);
    target.writeUInt32BE(Math.floor(((position % idsPerTimeStep) / idsPerTimeStep) * 2 ** 32), at + 4);
  }
  const seed = scramble(run.basePosition) ^ index;
  target.writeUInt32BE(scramble(seed), at + 8);
  target.writeUInt32BE(scramble(seed ^ 0x5bd1e995), at + 12);
};

/**
 * Runs that are nowhere: every page is made when it is read, by the format, so that a lookup runs through what it would
 * run through in a store of a size that no bench can write.
 */
export class VirtualRuns implements RangeReading {
  readonly #kind: IdKind;
  readonly #runs: ReadonlyMap<string, RunRef>;

  constructor(kind: IdKind, runs: readonly RunRef[]) {
    this.#kind = kind;
    this.#runs = new Map(runs.map((run) => [path.basename(run.path), run]));
  }

  async openRanges(file: string) {
    const run = this.#runs.get(path.basename(file));
    if (!run) throw new Error(`${file} is none of the runs`);
    const checksum = new PageChecksum(run.path);
    const layout = layoutOf(run.entries);
    return {
      bytes: run.bytes,
      read: async (offset: number, length: number) => {
        const bytes = Buffer.alloc(length);
        for (let at = 0; at < length; at += pageBytes) {
          const page = (offset + at) / pageBytes;
          this.#fill(run, layout, page, bytes.subarray(at, at + pageBytes));
          checksum.seal(bytes, at, page);
        }
        return bytes;
      },
      close: async () => {},
    };
  }

  #fill(run: RunRef, layout: RunLayout, page: number, target: Buffer): void {
    const key = (index: number, at: number): void => putVirtualKey(this.#kind, run, index, target, at);
    if (page === 0) formatHeader().copy(target);
    else if (page === layout.footerPage) this.#footer(run).copy(target);
    else if (page <= layout.dataPages + layout.guides) this.#sectionPage(run, layout, page - 1, target);
    else {
      const level = layout.fences.findIndex(({ firstPage, pages }) => page < firstPage + pages);
      const { firstPage = 0, children = 0 } = layout.fences[level] ?? {};
      const first = (page - firstPage) * keysPerFence;
      const recordsPerChild = recordsPerPage * pagesPerGuide * keysPerFence ** level;
      for (let child = first; child < Math.min(children, first + keysPerFence); child++) {
        key(child * recordsPerChild, (child - first) * keyBytes);
      }
    }
  }

  #footer(run: RunRef): Buffer {
    const [firstKey, lastKey] = [Buffer.alloc(keyBytes), Buffer.alloc(keyBytes)];
    putVirtualKey(this.#kind, run, 0, firstKey, 0);
    putVirtualKey(this.#kind, run, run.entries - 1, lastKey, 0);
    return formatFooter({ entries: run.entries, firstKey, lastKey });
  }

  /** A data page or a guide; `place` counts from the first section's start. */
  #sectionPage(run: RunRef, layout: RunLayout, place: number, target: Buffer): void {
    const section = Math.floor(place / (pagesPerSection + guidesPerSection));
    const within = place % (pagesPerSection + guidesPerSection);
    const dataInSection = Math.min(pagesPerSection, layout.dataPages - section * pagesPerSection);
    if (within < dataInSection) {
      const dataPage = section * pagesPerSection + within;
      for (let record = 0; record < recordsOfPage(layout, dataPage); record++) {
        const index = dataPage * recordsPerPage + record;
        putVirtualKey(this.#kind, run, index, target, record * recordBytes);
        writeOffset(target, record * recordBytes, index);
      }
    } else this.#guide(run, layout, section * guidesPerSection + within - dataInSection, target);
  }

  #guide(run: RunRef, layout: RunLayout, guide: number, target: Buffer): void {
    const key = Buffer.alloc(keyBytes);
    for (let entry = 0; entry < pagesOfGuide(layout, guide); entry++) {
      const dataPage = guide * pagesPerGuide + entry;
      const at = entry * guideEntryBytes;
      putVirtualKey(this.#kind, run, dataPage * recordsPerPage, target, at);
      for (let record = 0; record < recordsOfPage(layout, dataPage); record++) {
        putVirtualKey(this.#kind, run, dataPage * recordsPerPage + record, key, 0);
        addToFilter(target, at + keyBytes, key, 0);
      }
    }
  }
}
