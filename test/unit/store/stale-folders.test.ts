import { describe, expect, it } from 'vitest';
import type { FileReading } from '../../../shared/store/files.ts';
import { Level0Listing } from '../../../shared/store/level0-listing.ts';

/** A mount whose folders answer with an error. */
const answering = (code: string): FileReading => {
  const refuse = async (): Promise<never> => {
    throw Object.assign(new Error(code), { code });
  };
  return { read: refuse, list: refuse };
};

describe('a folder that was never listed', () => {
  it('is empty when nothing has its name', async () => {
    expect(await new Level0Listing(answering('ENOENT'), '/store').list()).toEqual([]);
  });

  it('is not empty when its handle is stale: it was there, and may be full', async () => {
    await expect(new Level0Listing(answering('ESTALE'), '/store').list()).rejects.toMatchObject({ code: 'ESTALE' });
  });
});
