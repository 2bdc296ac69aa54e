import { execFile, execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const here = fileURLToPath(new URL('.', import.meta.url));
const python = `${here}.venv/bin/python`;
const ready = `${here}.venv/ready`;

/**
 * Makes the Python environment of the report's scripts, once.
 * @throws Error where there is no `python3` with venv, or PyPI does not give `requests`
 */
export const prepareScripts = (): void => {
  if (existsSync(ready)) return;
  execFileSync('python3', ['-m', 'venv', `${here}.venv`], { stdio: 'pipe' });
  execFileSync(python, ['-m', 'pip', 'install', '--quiet', '-r', `${here}requirements.txt`], { stdio: 'pipe' });
  writeFileSync(ready, '');
};

/** Runs a script of the report as it is printed there. @returns what it prints as `name: figure`, by name */
export const runScript = async (name: string): Promise<(figure: string) => number> => {
  const { stdout } = await execute(python, [`${here}${name}`]);
  return (figure) => {
    const match = new RegExp(`${figure}: ([0-9.]+)`).exec(stdout);
    if (match === null) throw new Error(`${name} printed no ${figure}:\n${stdout}`);
    return Number(match[1]);
  };
};
