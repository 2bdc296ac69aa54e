import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A part that counts. */
export interface LiveFile {
  readonly path: string;
  /** What the offsets of a sealed part count from; undefined in level 0. */
  readonly basePosition: number | undefined;
}

export interface LiveFiles {
  readonly sealed: readonly LiveFile[];
  /** Level-0 parts that no commit has sealed. */
  readonly unsealed: readonly LiveFile[];
  /** Events that have positions, by the newest commit. */
  readonly logSize: number;
}

interface Commit {
  readonly added: readonly { readonly path: string; readonly base_position: number }[];
  readonly removed: readonly { readonly path: string }[];
  readonly tree: { readonly size: number };
}

/**
 * The files of every level-0 part, sealed ones until they are unlinked among them, in no order; none where no part was ever written.
 * @throws Error when anything but a part is visible among them.
 */
export const partFiles = (storeDir: string): readonly string[] => {
  const level0 = path.join(storeDir, 'level0');
  if (!existsSync(level0)) return [];
  const files = readdirSync(level0, { recursive: true, withFileTypes: true }).filter((entry) => !entry.isDirectory());
  const stranger = files.find((entry) => !/^[0-9a-f-]{36}\.h5$/.test(entry.name));
  if (stranger !== undefined) throw new Error(`${stranger.name} stands among the parts`);
  return files.map((entry) => path.join(entry.parentPath, entry.name));
};

function* commitsOf(storeDir: string): Generator<Commit> {
  for (let number = 1; ; number++) {
    const folder = String(Math.floor(number / 1_000)).padStart(9, '0');
    const file = path.join(storeDir, 'log/commits', folder, `${String(number).padStart(12, '0')}.json`);
    if (!existsSync(file)) return;
    yield JSON.parse(readFileSync(file, 'utf8'));
  }
}

/** What docs/LOG_FORMAT.md says counts, with no code of the product: all commits from the first. */
export const liveFiles = (storeDir: string): LiveFiles => {
  // Level 0 first: what is sealed in between is then sealed, and not nowhere.
  const level0 = partFiles(storeDir);
  const sealed = new Map<string, LiveFile>();
  const removed = new Set<string>();
  let logSize = 0;
  for (const commit of commitsOf(storeDir)) {
    for (const { path: part } of commit.removed) {
      sealed.delete(part);
      removed.add(part);
    }
    for (const { path: part, base_position } of commit.added) {
      sealed.set(part, { path: path.join(storeDir, part), basePosition: base_position });
    }
    logSize = commit.tree.size;
  }
  const unsealed = level0.filter((file) => !removed.has(path.relative(storeDir, file)));
  return {
    sealed: [...sealed.values()],
    unsealed: unsealed.map((file) => ({ path: file, basePosition: undefined })),
    logSize,
  };
};
