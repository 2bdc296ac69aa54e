import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { EmulatorContext } from './context.ts';
import { type Deployed, deploy } from './deploy/deploy.ts';
import { storeMountPath } from './mounts.ts';

/**
 * Deploys to an emulator that somebody else runs, the container of localstack/compose.yml above all: its functions have
 * a folder of the host at the path that they see on AWS.
 */
export const deployElsewhere = async (context: EmulatorContext, endpoint: string): Promise<Deployed> => {
  const { emulator, options, repository, clock, steps, signal } = context;
  await mkdir(options.stateDir, { recursive: true });
  return deploy({
    repository,
    endpoint,
    parameters: {
      ...emulator.parameters,
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
