import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';

/** Where figures come from: two that differ in this cannot be compared. */
export interface Machine {
  readonly processor: string;
  readonly processors: number;
  readonly memoryMB: number;
  readonly system: string;
  readonly node: string;
  /** Of the folder that stores and queues are in. */
  readonly fileSystem: string;
  readonly disk: string;
}

interface Mount {
  readonly point: string;
  readonly fileSystem: string;
  readonly source: string;
  readonly device: string;
}

const mounts = (): readonly Mount[] => {
  try {
    const lines = readFileSync('/proc/self/mountinfo', 'utf8').trimEnd().split('\n');
    return lines.map((line) => {
      const [own = '', system = ''] = line.split(' - ');
      const [, , device = '', , point = ''] = own.split(' ');
      const [fileSystem = '', source = ''] = system.split(' ');
      return { point, fileSystem, source, device };
    });
  } catch {
    return [];
  }
};

const mountOf = (folder: string): Mount | undefined => {
  const above = mounts().filter(({ point }) => point === '/' || folder === point || folder.startsWith(`${point}/`));
  return above.reduce<Mount | undefined>(
    (deepest, mount) => (mount.point.length >= (deepest?.point.length ?? 0) ? mount : deepest),
    undefined,
  );
};

const diskOf = ({ device, source }: Mount): string => {
  try {
    const rotates = readFileSync(`/sys/dev/block/${device}/queue/rotational`, 'utf8').trim() === '1';
    return `${source}, ${rotates ? 'says that it rotates' : 'does not rotate'}`;
  } catch {
    return source;
  }
};

/** Describes this machine, and the disk under `folder`. */
export const describeMachine = (folder: string): Machine => {
  const mount = mountOf(folder);
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    processors: availableParallelism(),
    memoryMB: Math.round(totalmem() / 1e6),
    system: `${type()} ${release()}`,
    node: process.version,
    fileSystem: mount?.fileSystem ?? 'unknown',
    disk: mount === undefined ? 'unknown' : diskOf(mount),
  };
};

/** What was measured. */
export interface Revision {
  readonly commit: string;
  /** Whether files differ from the commit. */
  readonly changed: boolean;
}

/** Undefined where the sources are no git working copy. */
export const describeRevision = (repository: string): Revision | undefined => {
  const git = (...words: string[]): string =>
    execFileSync('git', ['-C', repository, ...words], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    return { commit: git('rev-parse', 'HEAD'), changed: git('status', '--porcelain', '--untracked-files=no') !== '' };
  } catch {
    return undefined;
  }
};
