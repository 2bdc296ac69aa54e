import { readdirSync, readFileSync } from 'node:fs';

/** One thread of a process: its name, and the processor time that it had so far. */
export interface ThreadTime {
  readonly id: string;
  readonly name: string;
  readonly us: number;
}

const timeOf = (task: string, id: string): ThreadTime | undefined => {
  try {
    // Nanoseconds, where the hundredths of a second of `stat` would be too coarse.
    const [runNs] = readFileSync(`${task}/${id}/schedstat`, 'utf8').split(' ');
    return { id, name: readFileSync(`${task}/${id}/comm`, 'utf8').trim(), us: Number(runNs) / 1_000 };
  } catch {
    // It ended in between.
    return undefined;
  }
};

/** The threads that a process has; none where there is no /proc to tell them. */
export const threadTimesOf = (pid: number): readonly ThreadTime[] => {
  const task = `/proc/${pid}/task`;
  try {
    return readdirSync(task).flatMap((id) => timeOf(task, id) ?? []);
  } catch {
    return [];
  }
};
