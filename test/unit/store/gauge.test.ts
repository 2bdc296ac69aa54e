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

  it('says that a store cannot be written where there are no hard links, and why', async () => {
    const refused = Object.assign(new Error('EPERM: link'), { code: 'EPERM' });
    const files = { ...nodeStoreFiles, link: () => Promise.reject(refused) };
    const failed = createStoreGauge(temporaryFolder(), files).probe();
    await expect(failed).rejects.toThrow(StoreUnavailable);
    await expect(failed).rejects.toThrow(/hard links/);
  });

  it('begins no second look while the first one hangs', async () => {
    const hanging = Promise.withResolvers<number>();
    let looks = 0;
    const files = {
      ...nodeStoreFiles,
      freeBytes: () => {
        looks++;
        return hanging.promise;
      },
    };
    const gauge = createStoreGauge(temporaryFolder(), files);
    const answers = Promise.all([gauge.freeBytes(), gauge.freeBytes(), gauge.freeBytes()]);
    hanging.resolve(7);
    expect(await answers).toEqual([7, 7, 7]);
    expect(looks).toBe(1);
    await gauge.freeBytes();
    expect(looks).toBe(2);
  });

  it('says that a store cannot be looked at when its file system does not answer', async () => {
    const files = { ...nodeStoreFiles, freeBytes: () => Promise.reject(new Error('ESTALE')) };
    await expect(createStoreGauge(temporaryFolder(), files).freeBytes()).rejects.toThrow(StoreUnavailable);
  });
});
