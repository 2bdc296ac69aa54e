import path from 'node:path';
import type { Commit } from '../../../shared/store/commits/format.ts';

/** What a commit has to name as removed before it goes. */
const isGuarded = (file: string): boolean => /^(level0|parts|log\/index)\//.test(file);

const commitsOf = (files: ReadonlyMap<string, Uint8Array>): readonly Commit[] =>
  [...files]
    .filter(([name]) => !name.endsWith('.snapshot.json'))
    .map(([, bytes]) => JSON.parse(Buffer.from(bytes).toString('utf8')));

/**
 * What is wrong with unlinking a file now, if anything: it goes only when a commit named it as removed, a grace ago.
 * @param commits the files of the store's log
 */
export const faultOfUnlink = (
  file: string,
  commits: ReadonlyMap<string, Uint8Array>,
  { store, nowMs, graceMs }: { readonly store: string; readonly nowMs: number; readonly graceMs: number },
): string | undefined => {
  const relative = path.relative(store, file);
  if (!isGuarded(relative)) return undefined;
  const naming = commitsOf(commits).find(({ removed, index }) =>
    [...removed, ...index.removed].some((named) => named.path === relative),
  );
  if (naming === undefined) return `${relative} was unlinked, and no commit names it as removed`;
  if (nowMs - Date.parse(naming.committed_at) >= graceMs) return undefined;
  return `${relative} was unlinked too early after commit ${naming.number}`;
};
