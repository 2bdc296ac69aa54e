import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { repository } from '../e2e/hosts/host.ts';

/** How a program of bench/ ended, and what it wrote to its standard output. */
export interface Ran {
  readonly status: number;
  readonly output: string;
}

/** Runs a program of bench/ as npm does. Its progress is shown, since it runs for minutes. */
export const runBenchProgram = async (program: string, words: readonly string[]): Promise<Ran> => {
  const child = spawn(process.execPath, [path.join(repository, 'bench', program), ...words], {
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
