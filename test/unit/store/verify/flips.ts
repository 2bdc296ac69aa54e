import { readPart } from '../../../../shared/store/part/read.ts';
import type { Finding } from '../../../../shared/store/verify/finding.ts';
import type { FileMap } from './memory-files.ts';
import { named, verifyMemory } from './rig.ts';

/** What came of flipping bytes one at a time. */
export interface Flips {
  readonly flipped: number;
  /** How many of them were verified to the end, rather than until their file was named. */
  readonly whole: number;
  /** In what people wrote into letters and settlements, and when. */
  readonly freeText: number;
  /** In a level-0 part, and mean nothing. */
  readonly meaningless: number;
  /** Each is a failure of verify. */
  readonly unseen: readonly string[];
}

/** Ends a verification that has named what was tampered with: what it says next is of no interest. */
class Named extends Error {}

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

const bigints = (_: string, value: unknown): unknown =>
  typeof value === 'bigint' || ArrayBuffer.isView(value) ? String(value) : value;

/** Whether a level-0 part still reads the same: some bytes of an HDF5 file mean nothing, and no commit has its hash yet. */
const readsTheSame = async (file: string, before: Uint8Array, after: Uint8Array): Promise<boolean> =>
  file.includes('/level0/') &&
  JSON.stringify([await readPart(file, before)], bigints) === JSON.stringify([await readPart(file, after)], bigints);

/** Verifies until the file is named. @returns undefined when it was, else all that was found */
const findingsUnlessNamed = async (files: FileMap, file: string): Promise<readonly Finding[] | undefined> => {
  const [findings, name]: [Finding[], string] = [[], named(file)];
  const found = (finding: Finding): void => {
    if (finding.file === name) throw new Named();
    findings.push(finding);
  };
  try {
    await verifyMemory(files, { witness: { found, noted: () => {}, progress: () => {} } });
    return findings;
  } catch (error) {
    if (error instanceof Named) return undefined;
    throw error;
  }
};

const findingsOfAll = async (files: FileMap, file: string): Promise<readonly Finding[] | undefined> => {
  const { findings } = await verifyMemory(files);
  return findings.some((finding) => finding.file === named(file)) ? undefined : findings;
};

/** Every so many flips, verify runs to its end: that it was right to stop at the name of the file must show there. */
const wholeEvery = 16;

/**
 * Flips bytes of a store's files, one at a time, and verifies it each time. Most verifications end when they have named the file.
 * @param placesIn which bytes of a file are flipped
 */
export const flipBytes = async (
  files: FileMap,
  chosen: readonly string[],
  placesIn: (bytes: Uint8Array) => Iterable<number>,
): Promise<Flips> => {
  const unseen: string[] = [];
  const counts = { flipped: 0, whole: 0, freeText: 0, meaningless: 0 };
  for (const file of chosen) {
    const bytes = bytesOf(files, file);
    for (const at of placesIn(bytes)) {
      const tampered = flip(files, file, at);
      const isWhole = counts.flipped++ % wholeEvery === 0;
      if (isWhole) counts.whole++;
      const findings = await (isWhole ? findingsOfAll : findingsUnlessNamed)(tampered, file);
      if (findings === undefined) continue;
      if (findings.length === 0 && isFreeText(file, bytes, at)) counts.freeText++;
      else if (findings.length === 0 && (await readsTheSame(file, bytes, bytesOf(tampered, file))))
        counts.meaningless++;
      else unseen.push(`byte ${at} of ${named(file)}: ${JSON.stringify(findings)}`);
    }
  }
  return { ...counts, unseen };
};

/** For the log of the test. */
export const describeFlips = ({ flipped, whole, freeText, meaningless, unseen }: Flips): string => {
  const exempt = freeText + meaningless;
  return [
    `${flipped} bytes flipped one at a time, ${flipped - exempt - unseen.length} named, ${unseen.length} passed`,
    `${freeText} are in what people wrote into letters and settlements, ${meaningless} in a level-0 part and mean nothing`,
    `${whole} were verified to the end, the others until their file was named`,
  ].join('; ');
};
