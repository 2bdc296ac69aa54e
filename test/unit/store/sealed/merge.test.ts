import { describe, expect, it } from 'vitest';
import { PartDamaged } from '../../../../shared/domain/errors.ts';
import type { PartId } from '../../../../shared/domain/ids.ts';
import { rangeOf } from '../../../../shared/store/files.ts';
import { parseFile } from '../../../../shared/store/hdf5/parse.ts';
import { type MergedPart, type MergeOptions, mergeParts } from '../../../../shared/store/part/sealed/merge.ts';
import { openSealedPart, type SealedPart } from '../../../../shared/store/part/sealed/open.ts';
import { writeSealedPart } from '../../../../shared/store/part/sealed/write.ts';
import { eventOf } from '../events.ts';
import { eventsInSealed, header } from './parts.ts';

const options: MergeOptions = {
  level: 2,
  compression: 'gzip-6',
  newPartId: () => '0196e0a0-0000-7000-8000-0000000000aa' as PartId,
};

const merged = async (inputs: readonly SealedPart[], changes: Partial<MergeOptions> = {}) => {
  const parts: MergedPart[] = [];
  for await (const part of mergeParts(inputs, { ...options, ...changes })) parts.push(part);
  return parts;
};

const bytesOf = async (numbers: readonly number[], payload = '{"n":1}', head = header): Promise<Uint8Array> => {
  const events = numbers.map((number, positionOffset) => ({
    event: eventOf(number, { payload, segment: head.segment }),
    positionOffset,
  }));
  return (await writeSealedPart(events, head, 'gzip-1')).bytes;
};

const open = (bytes: Uint8Array, basePosition: number, path = 'part.h5'): Promise<SealedPart> =>
  openSealedPart(rangeOf(bytes), { path, basePosition });

/** The bytes with one flipped in the last chunk of a column. */
const damagedIn = async (bytes: Uint8Array, column: string): Promise<Uint8Array> => {
  const { datasets } = await parseFile(async (from, length) => bytes.subarray(from, from + length));
  const { address = 0, bytes: length = 0 } = datasets.get(column)?.chunks.at(-1) ?? {};
  const damaged = Uint8Array.from(bytes);
  damaged[address + length - 1] = (damaged[address + length - 1] ?? 0) ^ 1;
  return damaged;
};

describe('merging', () => {
  it('joins parts to one, of the level that was asked for, on a base that windows of the log begin at', async () => {
    const inputs = [await open(await bytesOf([1, 2, 3]), 65_535), await open(await bytesOf([4, 5]), 65_600)];
    const [part, ...more] = await merged(inputs);
    expect(more).toEqual([]);
    expect(part?.basePosition).toBe(0);
    expect(part?.meta).toMatchObject({ level: 2, count: 5, positionOffsetMin: 65_535, positionOffsetMax: 65_601 });
    const events = await eventsInSealed(part?.bytes ?? new Uint8Array(), part?.basePosition);
    expect(events.map(({ position }) => position)).toEqual([65_535, 65_536, 65_537, 65_600, 65_601]);
  });

  it.each(['payload', 'event_id', 'consultation_names', 'payload_offset'])(
    'names the input whose %s is damaged, and gives out no part',
    async (column) => {
      const inputs = [
        await open(await bytesOf([1, 2]), 0, 'whole.h5'),
        await open(await damagedIn(await bytesOf([3, 4]), column), 2, 'damaged.h5'),
      ];
      const parts: MergedPart[] = [];
      const merging = (async () => {
        for await (const part of mergeParts(inputs, options)) parts.push(part);
      })();
      await expect(merging).rejects.toThrow(PartDamaged);
      await expect(merging).rejects.toMatchObject({ path: 'damaged.h5' });
      expect(parts).toEqual([]);
    },
  );

  it('refuses inputs that hold one position twice', async () => {
    const inputs = [await open(await bytesOf([1, 2]), 10), await open(await bytesOf([3]), 11)];
    await expect(merged(inputs)).rejects.toThrow('position 11 is held by two rows');
  });

  it('refuses inputs of several segments or days, and none', async () => {
    const whole = await open(await bytesOf([1]), 0);
    const other = { ...header, segment: 'clinical' };
    const inputs = [whole, await open(await bytesOf([2], '{}', other), 1)];
    await expect(merged(inputs)).rejects.toThrow('one segment and day');
    await expect(merged([])).rejects.toThrow('nothing to merge');
  });

  it('ends a part within a window when its payloads are too many bytes', async () => {
    // Noise, so that a chunk of a megabyte stays one when it is deflated.
    const noise = Array.from({ length: 20_000 }, () => crypto.randomUUID()).join('');
    const numbers = Array.from({ length: 12 }, (_, number) => number);
    const inputs = [await open(await bytesOf(numbers, `{"noise":"${noise}"}`), 0)];
    const parts = await merged(inputs, { mostBytes: 1_000_000 });
    expect(parts.length).toBeGreaterThan(1);
    const events = (await Promise.all(parts.map((part) => eventsInSealed(part.bytes, part.basePosition)))).flat();
    expect(events.map(({ position }) => position)).toEqual(numbers);
    expect(events.every(({ payload }) => payload === `{"noise":"${noise}"}`)).toBe(true);
  });
});
