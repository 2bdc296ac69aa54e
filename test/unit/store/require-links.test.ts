import { linkSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { StoreUnsuitable } from '../../../shared/domain/errors.ts';
import { type FilePublishing, nodeStoreFiles } from '../../../shared/store/files.ts';
import { requireLinks } from '../../../shared/store/require-links.ts';
import { temporaryFolder } from './folders.ts';

const failing = (code: string): Error => Object.assign(new Error(`${code}: link`), { code });

const linking = (link: FilePublishing['link']): FilePublishing => ({ ...nodeStoreFiles, link });

describe('requiring hard links', () => {
  it('gives a file a second name, and leaves neither', async () => {
    const folder = temporaryFolder();
    await requireLinks(nodeStoreFiles, folder);
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each(['EPERM', 'ENOSYS', 'EOPNOTSUPP', 'ENOTSUP'])('says what to do where link says %s', async (code) => {
    const folder = temporaryFolder();
    const refused = requireLinks(
      linking(() => Promise.reject(failing(code))),
      folder,
    );
    await expect(refused).rejects.toThrow(StoreUnsuitable);
    await expect(refused).rejects.toThrow(/FI_STORE_DIR/);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('believes the name, where a link happened and was reported as refused', async () => {
    const folder = temporaryFolder();
    const lying = linking(async (from, to) => {
      linkSync(from, to);
      throw failing('EPERM');
    });
    await requireLinks(lying, folder);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('says nothing about links of a share that is away', async () => {
    const away = requireLinks(
      linking(() => Promise.reject(failing('EIO'))),
      temporaryFolder(),
    );
    await expect(away).rejects.toMatchObject({ code: 'EIO' });
  });
});
