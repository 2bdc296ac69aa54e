import path from 'node:path';
import { repository } from '../../../test/e2e/hosts/host.ts';
import { installed, runInstaller } from './tools-folder.ts';

const sources = 'bench/peers/benthos';
const pins = ['main.go', 'go.mod', 'go.sum'].map((name) => `${sources}/${name}`);

/**
 * Benthos, the open core of Redpanda Connect, built from its Go module.
 * @throws Skipped where there is no Go, or its module proxy does not give the modules
 */
export const benthosProgram = async (): Promise<string> => {
  const folder = await installed('benthos', pins, (unfinished) =>
    runInstaller('go', ['build', '-o', unfinished, '.'], {
      cwd: path.join(repository, sources),
      environment: { CGO_ENABLED: '0' },
    }),
  );
  return path.join(folder, 'benthos-peer');
};
