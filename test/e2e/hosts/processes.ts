import { readdirSync, readFileSync } from 'node:fs';

/** The parent of a process as Linux tells it; undefined when the process is gone. */
const parentOf = (pid: number): number | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name stands in parentheses and may have any character, so fields are counted from its end.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
};

/** All processes that `pid` started, directly or not, oldest first. */
export const descendants = (pid: number): readonly number[] => {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = parentOf(Number(name));
    if (parent !== undefined) parents.set(Number(name), parent);
  }
  const found: number[] = [];
  const add = (of: number): void => {
    for (const [child, parent] of parents) {
      if (parent !== of) continue;
      found.push(child);
      add(child);
    }
  };
  add(pid);
  return found.sort((left, right) => left - right);
};
