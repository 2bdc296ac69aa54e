import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fletcher32 } from '../../../shared/store/hdf5/fletcher32.ts';
import { toColumns } from '../../../shared/store/part/columns.ts';
import { readByLibrary } from '../../../shared/store/part/read.ts';
import { readDirectly } from '../../../shared/store/part/read-directly.ts';
import { writePart } from '../../../shared/store/part/write.ts';
import type { Compression } from '../../../shared/store/port.ts';
import { realisticEvents, trickyEvents } from '../../interop/events.ts';
import { headerOf } from '../../unit/store/parts.ts';
import { validEvent } from './valid-event.ts';

const compressions = ['none', 'gzip-1', 'gzip-6', 'gzip-9'] as const;
const compression = fc.constantFrom<Compression>(...compressions);

/** Their arrays alone, without what else their buffers hold. */
const plain = (columns: object) =>
  Object.entries(columns).map(([name, column]) => [
    name,
    ArrayBuffer.isView(column) ? Array.from(column as never) : column,
  ]);

const partOf = async (events: Parameters<typeof toColumns>[0], level: Compression): Promise<Uint8Array> => {
  const columns = toColumns(events);
  return writePart(columns, headerOf(columns), level);
};

describe('reading a level-0 part without the library', () => {
  it('gives what the library gives, for any events', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(validEvent, { minLength: 1, maxLength: 20 }), compression, async (events, level) => {
        const bytes = await partOf(events, level);
        expect(plain(await readDirectly(bytes))).toEqual(plain(await readByLibrary('part.h5', bytes)));
      }),
      { numRuns: 100 },
    );
  });

  it.each(compressions)('gives what the library gives for a part of several chunks, at %s', async (level) => {
    // Payloads of more than a chunk, more names than one dictionary entry each, and times that have a text of their own.
    const events = [...realisticEvents(2_000), ...trickyEvents()];
    const bytes = await partOf(events, level);
    expect(plain(await readDirectly(bytes))).toEqual(plain(await readByLibrary('part.h5', bytes)));
  });

  it.each(compressions)('refuses any byte that changed, or reads it for the same, at %s', async (level) => {
    const bytes = await partOf([...realisticEvents(30), ...trickyEvents().slice(0, 5)], level);
    const expected = plain(await readDirectly(bytes));
    let refused = 0;
    const change = fc.record({ at: fc.nat({ max: bytes.length - 1 }), to: fc.integer({ min: 1, max: 255 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        const damaged = Uint8Array.from(bytes);
        for (const { at, to } of changes) damaged[at] = (damaged[at] ?? 0) ^ to;
        const read = await readDirectly(damaged).catch((error: unknown) => {
          refused++;
          if (error instanceof Error) return undefined;
          throw error;
        });
        if (read !== undefined) expect(plain(read)).toEqual(expected);
      }),
      { numRuns: 400 },
    );
    expect(refused).toBeGreaterThan(0);
  });

  it.each(compressions)('refuses a part that was cut or grew, at %s', async (level) => {
    const bytes = await partOf(realisticEvents(10), level);
    for (let length = 0; length < bytes.length; length += 97) {
      await expect(readDirectly(bytes.subarray(0, length))).rejects.toThrow();
    }
    await expect(readDirectly(Buffer.concat([bytes, Buffer.alloc(1)]))).rejects.toThrow('bytes instead of');
  });
});

describe('fletcher32', () => {
  /** The definition, word by word: two sums modulo 65,535, in which the library writes 65,535 for a sum of words that came to it. */
  const defined = (bytes: Uint8Array): number => {
    let [first, second] = [0n, 0n];
    for (let at = 0; at < bytes.length; at += 2) {
      first += BigInt(((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0));
      second += first;
    }
    const fold = (sum: bigint): bigint => (sum === 0n ? 0n : ((sum - 1n) % 65_535n) + 1n);
    return Number((fold(second) << 16n) | fold(first));
  };

  it('is what its definition says, for any bytes', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 3_000 }),
      fc.nat({ max: 3_000 }).map((length) => new Uint8Array(length).fill(0xff)),
    );
    fc.assert(
      fc.property(bytes, (any) => {
        expect(fletcher32(any)).toBe(defined(any));
      }),
    );
  });
});
