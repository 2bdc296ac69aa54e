import { expect, it } from 'vitest';
import { readPart } from '../../../../shared/store/part/read.ts';
import type { FileMap } from './memory-files.ts';
import { named, smallStore, verifyMemory } from './rig.ts';

/**
 * `FI_TAMPER=all` flips each byte of each file, which takes half an hour; otherwise some of every file, chosen by this seed.
 */
const all = process.env.FI_TAMPER === 'all';
const seed = Number(process.env.FI_TAMPER_SEED ?? 1);
const flipsPerFile = 30;

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
  all || bytes.length <= flipsPerFile
    ? [...bytes.keys()]
    : Array.from({ length: flipsPerFile }, () => random(bytes.length));

/** Another byte in place of one: any bit of it, chosen by the place. */
const flip = (files: FileMap, file: string, at: number): FileMap => {
  const bytes = Uint8Array.from(files.get(file) ?? []);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << (at % 8));
  return new Map(files).set(file, bytes);
};

/** Of a letter and a settlement: what people wrote, and when. Nothing vouches for it; docs/LOG_FORMAT.md says so. */
const freeTexts = /"(?:detail|quarantined_at|note|by|at|action)":"([^"]*)"/dg;

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

it(all
  ? 'names the file of each byte that is flipped'
  : `names the file of a byte that is flipped, ${flipsPerFile} in each`, {
  timeout: all ? 7_200_000 : 60_000,
}, async () => {
  const files = await smallStore();
  expect((await verifyMemory(files)).findings).toEqual([]);
  const unseen: string[] = [];
  let flips = 0;
  for (const [file, bytes] of files) {
    for (const at of placesIn(bytes)) {
      flips++;
      const tampered = flip(files, file, at);
      const { findings } = await verifyMemory(tampered);
      if (findings.some((finding) => finding.file === named(file))) continue;
      if (findings.length === 0 && isFreeText(file, bytes, at)) continue;
      if (findings.length === 0 && (await readsTheSame(file, bytes, tampered.get(file) ?? bytes))) continue;
      unseen.push(`byte ${at} of ${named(file)}: ${JSON.stringify(findings)}`);
    }
  }
  expect(unseen).toEqual([]);
  console.log(`${flips} bytes flipped (seed ${seed})`);
});
