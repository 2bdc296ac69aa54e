export interface ProcessStat {
  readonly pid: number;
  readonly parentPid: number;
  /** One letter: R, S, D, Z (ended, not yet waited for), X ... */
  readonly state: string;
  /** Start in clock ticks since the boot. */
  readonly startTicks: number;
}

/** Reads `/proc/<pid>/stat`, whose second field may hold spaces and parentheses itself (proc_pid_stat(5)). */
export const parseStat = (text: string): ProcessStat => {
  const end = text.lastIndexOf(')');
  // Fields 3 and onwards.
  const fields = text.slice(end + 2).split(' ');
  const [state = ''] = fields;
  return {
    pid: Number(text.slice(0, text.indexOf(' '))),
    parentPid: Number(fields[1]),
    state,
    startTicks: Number(fields[19]),
  };
};
