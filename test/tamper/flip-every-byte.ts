import { expect, it } from 'vitest';
import { describeFlips, flipBytes } from '../unit/store/verify/flips.ts';
import { mergedStore, named, verifyMemory } from '../unit/store/verify/rig.ts';

/** Alone on a core it takes minutes; a loaded machine may take its time. */
const timeout = 7_200_000;

/** `FI_TEST_TAMPER_SHARE=4` flips every fourth byte of each file only, beginning with one that the seed chooses. */
const share = Number(process.env.FI_TEST_TAMPER_SHARE ?? 1);
const seed = Number(process.env.FI_TEST_TAMPER_SEED ?? 1);

const placesIn = ({ length }: Uint8Array): readonly number[] =>
  Array.from({ length }, (_, at) => at).filter((at) => at % share === seed % share);

/**
 * Flips every byte of those files of a small store that lie in some folders, one at a time: verify must name the file of each.
 * Each test file takes some folders, so that several processes share the work; together they take all.
 */
export const flipEveryByte = (what: string, isChosen: (file: string) => boolean): void => {
  it(`names the file of each byte that is flipped: ${what}`, { timeout }, async () => {
    const files = await mergedStore();
    expect((await verifyMemory(files)).findings).toEqual([]);
    const chosen = [...files.keys()].filter((file) => isChosen(named(file)));
    const bytes = chosen.reduce((sum, file) => sum + placesIn(files.get(file) ?? new Uint8Array()).length, 0);
    expect(bytes).toBeGreaterThan(0);
    const flips = await flipBytes(files, chosen, placesIn);
    const every = share === 1 ? 'every byte' : `one byte of ${share} (seed ${seed})`;
    console.log(`${what}, ${every} of ${chosen.length} files: ${describeFlips(flips)}`);
    expect(flips.unseen).toEqual([]);
    expect(flips.flipped).toBe(bytes);
  });
};

export const isLevel0 = (file: string): boolean => file.startsWith('level0/');
export const isRun = (file: string): boolean => file.startsWith('log/index/');
