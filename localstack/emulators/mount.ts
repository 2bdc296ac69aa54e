import { runCommand } from './process/run-command.ts';

/** Where functions see the store on AWS: the EFS access point's mount path and the store in it. */
export const storeMountPath = '/mnt/fi-events/store';

/** In a mount namespace of its own, so that nothing of it stays. */
const attempt = 'mkdir -p "$2" && mount --bind "$1" "$2" && test -w "$2"';

/** Whether this user may give a function the store at its path on AWS; root may, most others and containers may not. */
export const canMountStore = async (storeDir: string, signal: AbortSignal): Promise<boolean> => {
  const script = ['sh', '-c', attempt, 'sh', storeDir, storeMountPath];
  try {
    await runCommand('unshare', ['--mount', '--propagation', 'private', ...script], {
      environment: process.env,
      signal,
    });
    return true;
  } catch {
    signal.throwIfAborted();
    return false;
  }
};
