import { renameSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { StoreUnavailable } from '../../../shared/domain/errors.ts';
import { nodeStoreFiles } from '../../../shared/store/files.ts';
import { DurableFolders } from '../../../shared/store/folders.ts';
import { createPartWriter } from '../../../shared/store/level0.ts';
import { createEventReader } from '../../../shared/store/read.ts';
import { SimulatedFiles } from '../../property/store/simulated-files.ts';
import { consultation, eventOf } from './events.ts';
import { temporaryFolder } from './folders.ts';

const query = { consultationId: consultation, limit: 10, includeUnsealed: true };

describe('the folders of a store', () => {
  it('are made and synced once, and parallel publishes wait for that', async () => {
    const files = new SimulatedFiles('/store');
    const folders = new DurableFolders(files, '/store');
    await Promise.all([folders.ensure('level0/a'), folders.ensure('level0/a'), folders.ensure('level0/a')]);
    expect(files.calls).toEqual([
      'makeFolder /store',
      'syncFolder /',
      'makeFolder /store/level0',
      'syncFolder /store',
      'makeFolder /store/level0/a',
      'syncFolder /store/level0',
    ]);
  });

  it('are tried again after a failure', async () => {
    const files = new SimulatedFiles('/store');
    const folders = new DurableFolders(files, '/store');
    files.fault = { call: 3, kind: 'error-before', code: 'EIO' };
    await expect(folders.ensure('tmp')).rejects.toThrow('EIO');
    files.fault = undefined;
    await folders.ensure('tmp');
    expect(files.calls.filter((call) => call === 'syncFolder /store')).toHaveLength(2);
  });

  it('do not need a parent that may be entered but not read', async () => {
    const files = new SimulatedFiles('/store');
    files.fault = { call: 1, kind: 'error-before', code: 'EACCES' };
    await new DurableFolders(files, '/store').ensure('tmp');
    expect(files.calls.at(1)).toBe('syncFolder /');
  });
});

it('makes the folders above the store too', async () => {
  const files = new SimulatedFiles('/store');
  await new DurableFolders(files, '/data/hospital/store').ensure('tmp');
  files.losePower();
  await files.syncFolder('/data/hospital/store/tmp');
});

describe('a share that goes away under a running process', () => {
  /** What an unmount leaves: the mount point, empty. */
  const unmount = async (folder: string): Promise<void> => {
    renameSync(folder, `${folder}-elsewhere`);
    await mkdir(folder);
  };

  it('is an error of writer and reader, and nothing is put below its mount point', async () => {
    const folder = path.join(temporaryFolder(), 'store');
    const writer = createPartWriter({ folder });
    const reader = createEventReader({ folder });
    await writer.write([eventOf(1)], 'none');
    expect((await reader.byConsultation(query)).events).toHaveLength(1);

    await unmount(folder);
    await expect(reader.byConsultation(query)).rejects.toThrow(StoreUnavailable);
    await expect(writer.write([eventOf(2)], 'none')).rejects.toThrow(StoreUnavailable);
    expect(await readdir(folder, { recursive: true })).toEqual([]);
  });

  it('serves again when it is back', async () => {
    const folder = path.join(temporaryFolder(), 'store');
    const writer = createPartWriter({ folder });
    const reader = createEventReader({ folder });
    await writer.write([eventOf(1)], 'none');
    await reader.byConsultation(query);
    renameSync(folder, `${folder}-elsewhere`);
    await expect(writer.write([eventOf(2)], 'none')).rejects.toThrow(StoreUnavailable);
    await expect(reader.byConsultation(query)).rejects.toThrow(StoreUnavailable);
    renameSync(`${folder}-elsewhere`, folder);
    await writer.write([eventOf(2)], 'none');
    expect((await reader.byConsultation(query)).events).toHaveLength(2);
  });
});

it('the real files report a folder that is not there', async () => {
  await expect(nodeStoreFiles.list(path.join(temporaryFolder(), 'none'))).rejects.toThrow('ENOENT');
});
