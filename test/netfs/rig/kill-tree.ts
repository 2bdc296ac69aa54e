import type { HostProcess } from '../../e2e/hosts/host-process.ts';
import { descendants } from '../../e2e/hosts/processes.ts';

/** SIGKILL to a process and all that it started, in sessions of their own as well, as servers do for each client. */
export const killTree = async (root: HostProcess): Promise<void> => {
  for (const pid of descendants(root.pid)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      // Its parent may have taken it along.
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  }
  await root.killAll();
};
