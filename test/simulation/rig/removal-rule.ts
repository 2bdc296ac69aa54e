import { decodeCommit } from '../../../shared/store/commits/format.ts';
import type { SimulatedShare } from './share.ts';

/** Where readers find what a commit or a listing named. */
const keptFolders = ['level0/', 'parts/', 'log/index/', 'log/expired/'];

/**
 * Watches DESIGN's rule of deleting: nothing that readers may have in a list is unlinked unless a commit named it as removed a
 * grace ago, by the share's own clock or, where that was set in between, by the true time. Readers start over when a file is gone, and would hide that it went too soon.
 * @returns what was unlinked against the rule, as it happens.
 */
export const keepRemovalRule = (share: SimulatedShare, store: string, graceMs: number): readonly string[] => {
  const broken: string[] = [];
  /** How long ago it was named as removed, if ever. */
  const removedMs = (file: string): number | undefined => {
    for (const [commitFile, bytes] of share.filesBelow(`${store}/log/commits`)) {
      if (commitFile.includes('snapshot')) continue;
      const { removed, index } = decodeCommit(commitFile, bytes, Number(/(\d+)\.json$/.exec(commitFile)?.[1]));
      if ([...removed, ...index.removed].some(({ path }) => path === file)) return share.nameAgeMs(commitFile);
    }
    return undefined;
  };
  share.onUnlink = (path) => {
    const file = path.slice(store.length + 1);
    if (!keptFolders.some((folder) => file.startsWith(folder))) return;
    const agoMs = removedMs(file);
    if (agoMs === undefined) broken.push(`${file} was unlinked, and no commit names it as removed`);
    else if (agoMs < graceMs) broken.push(`${file} was unlinked ${agoMs} ms after its removal`);
  };
  return broken;
};
