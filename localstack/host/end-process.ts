/**
 * Ends the process. `process.exit` waits for every thread, and one in a call of the system that does not return, as of a share
 * that hangs, would keep the process for as long: then only SIGKILL is left. What had to be written is by then.
 * @param isStuck whether there may be such a thread.
 */
export const endProcess = (status: number, isStuck: boolean): void => {
  if (isStuck) process.kill(process.pid, 'SIGKILL');
  else process.exit(status);
};
