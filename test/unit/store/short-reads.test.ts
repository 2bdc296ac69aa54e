import { statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodeStoreFiles } from '../../../shared/store/files.ts';
import { temporaryFolder } from './folders.ts';

/** A file of Linux that is shorter than it says; undefined elsewhere. */
const shorterThanItSays = '/sys/kernel/uevent_seqnum';
const hasOne = statSync(shorterThanItSays, { throwIfNoEntry: false }) !== undefined;

describe('a file that ends before its length', () => {
  it('is trouble of the share and no shorter file, where a range of it is read', async () => {
    const file = path.join(temporaryFolder(), 'file');
    writeFileSync(file, Buffer.alloc(100_000, 1));
    const open = await nodeStoreFiles.openRanges(file);
    truncateSync(file, 40_000);
    expect(await open.read(0, 40_000)).toHaveLength(40_000);
    await expect(open.read(30_000, 20_000)).rejects.toMatchObject({ code: 'EIO' });
    await expect(open.read(50_000, 100_000)).rejects.toMatchObject({ code: 'EIO' });
    // Behind its length there is nothing to be missed.
    expect(await open.read(100_000, 10)).toHaveLength(0);
    await open.close();
  });

  it.runIf(hasOne)('is trouble of the share, where it is read whole', async () => {
    await expect(nodeStoreFiles.read(shorterThanItSays)).rejects.toMatchObject({ code: 'EIO' });
  });
});
