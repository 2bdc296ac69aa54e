import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A file system of its own in memory, whose size and mode can be changed while it is in use. */
export interface SmallDisk {
  readonly folder: string;
  resize(mebibytes: number): void;
  setReadOnly(readOnly: boolean): void;
  remove(): void;
}

const mount = (...args: readonly string[]): void => {
  execFileSync('mount', args, { stdio: 'pipe' });
};

export const mountSmallDisk = (mebibytes: number): SmallDisk => {
  const folder = mkdtempSync(path.join(tmpdir(), 'fi-disk-'));
  mount('-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', folder);
  return {
    folder,
    resize: (size) => mount('-o', `remount,size=${size}m`, folder),
    setReadOnly: (readOnly) => mount('-o', `remount,${readOnly ? 'ro' : 'rw'}`, folder),
    remove: () => {
      // Lazily: a process that was just killed may hold a file for a moment more.
      execFileSync('umount', ['-l', folder], { stdio: 'pipe' });
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** Why no file system can be mounted here; undefined when one can. */
export const whyNoSmallDisk = (): string | undefined => {
  try {
    mountSmallDisk(1).remove();
    return undefined;
  } catch (error) {
    return `a small disk needs the right to mount: ${error instanceof Error ? error.message.split('\n')[0] : error}`;
  }
};
