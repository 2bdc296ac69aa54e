import { expect, it } from 'vitest';
import { readPart } from '../../../../shared/store/part/read.ts';
import type { FileMap } from './memory-files.ts';
import { named, smallStore, verifyMemory } from './rig.ts';

/**
 * `FI_TEST_TAMPER=all` flips each byte of each file, which takes half an hour, and `FI_TEST_TAMPER=parts/` each of the files with that in
 * their names; otherwise some of every file are flipped, chosen by this seed.
 */
const tamper = process.env.FI_TEST_TAMPER;
const seed = Number(process.env.FI_TEST_TAMPER_SEED ?? 1);
const flipsPerFile = 25;

/** Numbers in `[0, below)`, the same for the same seed (a linear congruential generator). */
const randomNumbers = (from: number): ((below: number) => number) => {
  let state = from >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
};

const random = randomNumbers(seed);

const placesIn = (bytes: Uint8Array): readonly number[] =>
  tamper !== undefined || bytes.length <= flipsPerFile
    ? [...bytes.keys()]
    : Array.from({ length: flipsPerFile }, () => random(bytes.length));

const bytesOf = (files: FileMap, file: string): Uint8Array => files.get(file) ?? new Uint8Array();

/** Another byte in place of one: any bit of it, chosen by the place. */
const flip = (files: FileMap, file: string, at: number): FileMap => {
  const bytes = Uint8Array.from(bytesOf(files, file));
  bytes[at] = (bytes[at] ?? 0) ^ (1 << (at % 8));
  return new Map(files).set(file, bytes);
};

/** Of a letter and a settlement: what people wrote, and when. Nothing vouches for it; docs/LOG_FORMAT.md says so. */
const freeTexts = /"(?:detail|quarantined_at|note|by|at)":"([^"]*)"/dg;

const isFreeText = (file: string, bytes: Uint8Array, at: number): boolean => {
  if (!file.includes('/quarantine/')) return false;
  const text = Buffer.from(bytes).toString('latin1');
  return [...text.matchAll(freeTexts)].some(({ indices }) => {
    const [from = 0, to = 0] = indices?.[1] ?? [];
    return at >= from && at < to;
  });
};

/** Whether a level-0 part still reads the same: some bytes of an HDF5 file mean nothing, and no commit has its hash yet. */
const readsTheSame = async (file: string, before: Uint8Array, after: Uint8Array): Promise<boolean> =>
  file.includes('/level0/') &&
  JSON.stringify([await readPart(file, before)], bigints) === JSON.stringify([await readPart(file, after)], bigints);

const bigints = (_: string, value: unknown): unknown =>
  typeof value === 'bigint' || ArrayBuffer.isView(value) ? String(value) : value;

const isChosen = (file: string): boolean => tamper === undefined || tamper === 'all' || file.includes(tamper);

it('names the file of a byte that is flipped, whatever it means', { timeout: 7_200_000 }, async () => {
  const files = await smallStore();
  expect((await verifyMemory(files)).findings).toEqual([]);
  const unseen: string[] = [];
  const counts = { flipped: 0, freeText: 0, meaningless: 0 };
  for (const [file, bytes] of files) {
    if (!isChosen(file)) continue;
    for (const at of placesIn(bytes)) {
      counts.flipped++;
      const tampered = flip(files, file, at);
      const { findings } = await verifyMemory(tampered);
      if (findings.some((finding) => finding.file === named(file))) continue;
      if (findings.length === 0 && isFreeText(file, bytes, at)) counts.freeText++;
      else if (findings.length === 0 && (await readsTheSame(file, bytes, bytesOf(tampered, file))))
        counts.meaningless++;
      else unseen.push(`byte ${at} of ${named(file)}: ${JSON.stringify(findings)}`);
    }
  }
  const { flipped, freeText, meaningless } = counts;
  expect(unseen).toEqual([]);
  expect(flipped).toBeGreaterThan(0);
  console.log(
    `${flipped} bytes flipped (seed ${seed}); each is named but ${freeText} in what people wrote into letters and settlements, and ${meaningless} of a level-0 part that mean nothing`,
  );
});
