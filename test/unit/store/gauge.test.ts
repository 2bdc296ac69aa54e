import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { StoreUnavailable } from '../../../shared/domain/errors.ts';
import { nodeStoreFiles } from '../../../shared/store/files.ts';
import { createStoreGauge } from '../../../shared/store/gauge.ts';
import { temporaryFolder } from './folders.ts';

describe('the store gauge', () => {
  it('tells the free bytes of a store that is not there yet', async () => {
    const free = await createStoreGauge(path.join(temporaryFolder(), 'new', 'store')).freeBytes();
    expect(free).toBeGreaterThan(0);
    expect(Number.isInteger(free)).toBe(true);
  });

  it('probes by writing, and leaves nothing', async () => {
    const folder = temporaryFolder();
    await createStoreGauge(folder).probe();
    expect(readdirSync(path.join(folder, 'tmp'))).toEqual([]);
  });

  it('says that a store cannot be written where a file is in its way', async () => {
    const folder = temporaryFolder();
    writeFileSync(path.join(folder, 'tmp'), '');
    await expect(createStoreGauge(folder).probe()).rejects.toThrow(StoreUnavailable);
  });

  it('says that a store cannot be written on a full disk', async () => {
    const full = Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' });
    const files = { ...nodeStoreFiles, createExclusive: () => Promise.reject(full) };
    const failed = createStoreGauge(temporaryFolder(), files).probe();
    await expect(failed).rejects.toThrow(StoreUnavailable);
    await expect(failed).rejects.toMatchObject({ cause: full });
  });

  it('says that a store cannot be looked at when its file system does not answer', async () => {
    const files = { ...nodeStoreFiles, freeBytes: () => Promise.reject(new Error('ESTALE')) };
    await expect(createStoreGauge(temporaryFolder(), files).freeBytes()).rejects.toThrow(StoreUnavailable);
  });
});
