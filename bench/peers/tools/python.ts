import { homedir } from 'node:os';
import path from 'node:path';
import { EmulatorError } from '../../../localstack/emulators/errors.ts';
import { findPython } from '../../../localstack/emulators/python/find-python.ts';
import { repository } from '../../../test/e2e/hosts/host.ts';
import { Skipped } from '../../scenarios/scenario.ts';
import { installed, runInstaller } from './tools-folder.ts';

const requirements = 'bench/peers/report-stack/requirements.txt';
const versions = ['3.11', '3.12', '3.13'] as const;

const pythonCommand = async (): Promise<string> => {
  try {
    const { command } = await findPython("the report's stack", versions, {
      environment: process.env,
      homeDir: homedir(),
    });
    return command;
  } catch (cause) {
    if (cause instanceof EmulatorError) throw new Skipped(cause.message, { cause });
    throw cause;
  }
};

/**
 * The `python` of the environment that has what the report's stack is made of, and pyarrow.
 * @throws Skipped where there is no Python, or PyPI does not give the packages
 */
export const peersPython = async (): Promise<string> => {
  const folder = await installed('python', [requirements], async (unfinished) => {
    await runInstaller(await pythonCommand(), ['-m', 'venv', unfinished]);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--only-binary', ':all:'];
    await runInstaller(path.join(unfinished, 'bin/python'), [...pip, '-r', path.join(repository, requirements)]);
  });
  return path.join(folder, 'bin/python');
};
