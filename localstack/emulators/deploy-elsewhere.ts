import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { EmulatorContext } from './context.ts';
import { type Deployed, deploy } from './deploy/deploy.ts';
import { storeMountPath } from './mounts.ts';

/**
 * Deploys to an emulator that somebody else runs, the container of localstack/compose.yml above all. Its functions have
 * the folder of the host at the path that they see on AWS. A container's gateway sees its callers at an address of
 * Docker's, never the loopback, so every call needs a key.
 */
export const deployElsewhere = async (context: EmulatorContext, endpoint: string): Promise<Deployed> => {
  const { emulator, options, repository, clock, steps, signal } = context;
  await mkdir(options.stateDir, { recursive: true });
  return deploy({
    repository,
    endpoint,
    parameters: {
      api: emulator.api,
      fileSystem: 'host',
      storeDir: storeMountPath,
      keysFile: path.posix.join(path.posix.dirname(storeMountPath), 'keys.json'),
      ...options.parameters,
    },
    logFile: path.join(options.stateDir, 'deploy.log'),
    clock,
    steps,
    signal,
  });
};
