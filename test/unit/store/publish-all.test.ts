import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { type FilePublishing, nodeStoreFiles } from '../../../shared/store/files.ts';
import { DurableFolders } from '../../../shared/store/folders.ts';
import { type NewFile, publishAll } from '../../../shared/store/publish.ts';

const stores: string[] = [];
afterEach(() => {
  for (const store of stores.splice(0)) rmSync(store, { recursive: true });
});

const newFiles: readonly NewFile[] = Array.from({ length: 30 }, (_, number) => ({
  temporaryName: `${number}.part`,
  target: `level0/${number}`,
  bytes: Uint8Array.of(number),
}));

/** Publishes all, by files whose creation is replaced. */
const publishBy = async (createExclusive: FilePublishing['createExclusive']): Promise<void> => {
  const store = mkdtempSync(path.join(tmpdir(), 'fi-publish-all-'));
  stores.push(store);
  const files = { ...nodeStoreFiles, createExclusive };
  await publishAll(files, store, newFiles, new DurableFolders(files, store));
};

it('writes several files at a time, and never more than eight', async () => {
  let [inFlight, most] = [0, 0];
  await publishBy(async (file, bytes) => {
    most = Math.max(most, ++inFlight);
    await nodeStoreFiles.createExclusive(file, bytes);
    inFlight--;
  });
  expect(most).toBe(8);
});

it('begins no further file once one has failed, and says why', async () => {
  const full = Object.assign(new Error('no space'), { code: 'ENOSPC' });
  let begun = 0;
  const publishing = publishBy(async (file, bytes) => {
    if (++begun === 1) throw full;
    await nodeStoreFiles.createExclusive(file, bytes);
  });
  await expect(publishing).rejects.toMatchObject({ tag: 'StoreUnavailable', cause: full });
  expect(begun).toBeLessThanOrEqual(8);
});
