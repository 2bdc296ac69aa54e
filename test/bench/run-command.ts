import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { repository } from '../e2e/hosts/host.ts';

/** Runs one of the bench's commands as npm does. Its progress is shown, since it runs for minutes. */
export const runBenchCommand = async (program: string, words: readonly string[]) => {
  const child = spawn(process.execPath, [path.join(repository, program), ...words], {
    cwd: repository,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const [status] = await once(child, 'close');
  return { status: status as number, output };
};
