import { appendFile } from 'node:fs/promises';
import path from 'node:path';
import { EmulatorError } from '../errors.ts';
import { holdFolder } from '../process/hold-folder.ts';
import { CommandFailed, runCommand } from '../process/run-command.ts';
import { awsEnvironment } from './aws-environment.ts';
import { stage } from './stack.ts';

export interface ServerlessOptions {
  readonly repository: string;
  readonly endpoint: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** Gets everything that serverless says. */
  readonly logFile: string;
  readonly signal: AbortSignal;
}

/** Lines of its output that a failure shows. */
const shownLines = 15;
const pollMs = 200;

/** Serverless and esbuild pack in folders of the repository: two at once would take each other's files. */
const holdPackaging = async (repository: string, signal: AbortSignal) => {
  for (;;) {
    const hold = await holdFolder(path.join(repository, '.localstack'), 'packaging');
    if (hold !== undefined) return hold;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
    signal.throwIfAborted();
  }
};

/**
 * Runs `sls deploy` or `sls remove` against an emulator.
 * @throws EmulatorError `DeployFailed` with the last that it said
 */
export const runServerless = async (command: 'deploy' | 'remove', options: ServerlessOptions): Promise<void> => {
  const { repository, endpoint, parameters, logFile, signal } = options;
  const hold = await holdPackaging(repository, signal);
  const given = Object.entries(parameters).flatMap(([name, value]) => ['--param', `${name}=${value}`]);
  // Without --force, what failed after its upload would count as deployed and be left out.
  const args = [command, '--stage', stage, ...(command === 'deploy' ? ['--force'] : []), ...given];
  const binaries = path.join(repository, 'node_modules/.bin');
  const environment = awsEnvironment(process.env, endpoint);
  try {
    const output = await runCommand(process.execPath, [path.join(binaries, 'sls'), ...args], {
      cwd: repository,
      environment: { ...environment, PATH: `${binaries}:${environment.PATH ?? ''}` },
      signal,
    });
    await appendFile(logFile, output);
  } catch (cause) {
    signal.throwIfAborted();
    if (!(cause instanceof CommandFailed)) throw cause;
    await appendFile(logFile, cause.output);
    const last = cause.output.trim().split('\n').slice(-shownLines).join('\n');
    throw new EmulatorError(
      'DeployFailed',
      `sls ${command} failed; all that it said is in ${logFile}. Its last lines:\n${last}`,
      {
        cause,
      },
    );
  } finally {
    await hold.release();
  }
};
