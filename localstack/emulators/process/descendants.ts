import { readdirSync, readFileSync } from 'node:fs';
import { type ProcessStat, parseStat } from './stat.ts';

/** All processes of this machine that can be read now. */
const readProcesses = (): readonly ProcessStat[] =>
  readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      return [parseStat(readFileSync(`/proc/${name}/stat`, 'utf8'))];
    } catch {
      // Ended in this moment.
      return [];
    }
  });

/** The pids of a process's children, their children and so on, without itself. */
export const descendantsIn = (processes: readonly ProcessStat[], root: number): readonly number[] => {
  const childrenOf = Map.groupBy(processes, ({ parentPid }) => parentPid);
  const found: number[] = [];
  const queue = [root];
  for (let parent = queue.shift(); parent !== undefined; parent = queue.shift()) {
    for (const { pid } of childrenOf.get(parent) ?? []) {
      found.push(pid);
      queue.push(pid);
    }
  }
  return found;
};

export const descendantsOf = (root: number): readonly number[] => descendantsIn(readProcesses(), root);
