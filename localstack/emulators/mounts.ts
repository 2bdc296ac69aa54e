import path from 'node:path';
import { CommandFailed, runCommand } from './process/run-command.ts';

/** Where functions see the store on AWS: the EFS access point's mount path and the store in it. */
export const storeMountPath = '/mnt/fi-events/store';
const keysMountPath = '/mnt/fi-events/keys';
const signingMountPath = '/mnt/fi-events/signing';
const keyStoreMountPath = '/mnt/fi-events/key-store';
const masterKeyMountPath = '/mnt/fi-events/master';

/** Folders of this machine by the path that functions see them under. */
export type Mounts = Readonly<Record<string, string>>;

export interface Folders {
  readonly storeDir: string;
  readonly keysFile: string;
  /** Signs the log; seal makes it when it is not there. */
  readonly signingKeyFile: string;
  /** The keys of encrypted consultations, and what encrypts these; made when encryption is on. */
  readonly keyStoreDir: string;
  readonly masterKeyFile: string;
}

/** A function that has mounts has a /tmp of its own too: all that it needs of this machine has to be among them. */
export const mountsFor = ({ storeDir, keysFile, signingKeyFile, keyStoreDir, masterKeyFile }: Folders): Mounts => ({
  [storeMountPath]: storeDir,
  [keysMountPath]: path.dirname(keysFile),
  [signingMountPath]: path.dirname(signingKeyFile),
  [keyStoreMountPath]: keyStoreDir,
  [masterKeyMountPath]: path.dirname(masterKeyFile),
});

/** The folders as functions see them. */
export const seenByFunctions = (folders: Folders, mounted: boolean): Folders =>
  mounted
    ? {
        storeDir: storeMountPath,
        keysFile: path.posix.join(keysMountPath, path.basename(folders.keysFile)),
        signingKeyFile: path.posix.join(signingMountPath, path.basename(folders.signingKeyFile)),
        keyStoreDir: keyStoreMountPath,
        masterKeyFile: path.posix.join(masterKeyMountPath, path.basename(folders.masterKeyFile)),
      }
    : {
        storeDir: folders.storeDir,
        keysFile: folders.keysFile,
        signingKeyFile: folders.signingKeyFile,
        keyStoreDir: folders.keyStoreDir,
        masterKeyFile: folders.masterKeyFile,
      };

/** Asks the executor what it will find when it starts its first function; a status that Python itself never gives. */
const refusedStatus = 43;
const question = `
import sys
from process_executor.sandbox import mounts_allowed
from process_executor.settings import Settings
sys.exit(0 if mounts_allowed(Settings.from_environment()) else ${refusedStatus})
`;

/** Whether functions can be given private mounts: root can, most other users and containers cannot. */
export const mountsAllowed = async (
  python: string,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<boolean> => {
  try {
    await runCommand(python, ['-c', question], { environment, signal });
    return true;
  } catch (error) {
    if (error instanceof CommandFailed && error.status === refusedStatus) return false;
    throw error;
  }
};
