import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  findPython,
  type ProbePython,
  type PythonVersion,
  probePython,
} from '../../../localstack/emulators/python/find-python.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'fi-python-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const wanted: readonly PythonVersion[] = ['3.13', '3.11'];

/** A machine whose commands are these and no other. */
const machine =
  (versions: Readonly<Record<string, string>>, withoutVenv: readonly string[] = []): ProbePython =>
  async (command) => {
    const version = versions[command];
    return version === undefined ? undefined : { version, hasVenv: !withoutVenv.includes(command) };
  };

const find = (probe: ProbePython, environment: Readonly<Record<string, string>> = {}) =>
  findPython('LocalStack', wanted, { environment, homeDir: folder, probe });

const fake = (file: string, script: string): string => {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
};

describe('finds', () => {
  it('the preferred version first, whatever is easier to find', async () => {
    const found = await find(machine({ 'python3.11': '3.11', python3: '3.13' }));
    expect(found).toEqual({ command: 'python3', version: '3.13' });
  });

  it('the other version where the preferred one does not run, as a shim of pyenv does not', async () => {
    expect(await find(machine({ 'python3.11': '3.11' }))).toEqual({ command: 'python3.11', version: '3.11' });
  });

  it("pyenv's newest patch of a version, and uv's", async () => {
    const pyenv = path.join(folder, '.pyenv/versions');
    for (const version of ['3.13.2', '3.13.10', '3.12.1']) mkdirSync(path.join(pyenv, version), { recursive: true });
    const newest = path.join(pyenv, '3.13.10/bin/python3.13');
    const older = path.join(pyenv, '3.13.2/bin/python3.13');
    expect(await find(machine({ [newest]: '3.13', [older]: '3.13' }))).toMatchObject({ command: newest });

    const ofUv = path.join(folder, 'uv/cpython-3.13.5-linux-x86_64-gnu/bin/python3.13');
    mkdirSync(path.dirname(ofUv), { recursive: true });
    const environment = { PYENV_ROOT: path.join(folder, 'nowhere'), UV_PYTHON_INSTALL_DIR: path.join(folder, 'uv') };
    expect(await find(machine({ [ofUv]: '3.13' }), environment)).toMatchObject({ command: ofUv });
  });

  it('the one that PYTHON names before any other', async () => {
    const probe = machine({ '/opt/python': '3.11', 'python3.13': '3.13' });
    expect(await find(probe, { PYTHON: '/opt/python' })).toEqual({ command: '/opt/python', version: '3.11' });
  });

  it('one with venv behind one without', async () => {
    const probe = machine({ 'python3.13': '3.13', 'python3.11': '3.11' }, ['python3.13']);
    expect(await find(probe)).toMatchObject({ command: 'python3.11' });
  });
});

describe('says what to do', () => {
  const refusal = async (probe: ProbePython, environment = {}): Promise<string> => {
    const error = await find(probe, environment).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ tag: 'PythonMissing' });
    return error instanceof Error ? error.message : '';
  };

  it('where there is none', async () => {
    const message = await refusal(machine({ python3: '3.9' }));
    expect(message).toContain('LocalStack needs Python 3.13 or 3.11');
    expect(message).toContain('uv python install 3.13');
    expect(message).toContain('PYTHON=');
  });

  it('where the one that PYTHON names does not run, or is of another version', async () => {
    expect(await refusal(machine({}), { PYTHON: 'nope' })).toContain('PYTHON=nope does not run');
    expect(await refusal(machine({ py: '3.12' }), { PYTHON: 'py' })).toContain('is Python 3.12, and LocalStack needs');
  });

  it('where the only one has no venv module', async () => {
    expect(await refusal(machine({ 'python3.11': '3.11' }, ['python3.11']))).toContain(
      'apt-get install python3.11-venv',
    );
  });
});

describe('asks a Python', () => {
  it('for its version and what it can do', async () => {
    const python = fake(path.join(folder, 'good'), `echo '{"version": "3.13", "hasVenv": false}'`);
    expect(await probePython(python)).toEqual({ version: '3.13', hasVenv: false });
  });

  it('and takes one that fails, says nothing or is not there for none', async () => {
    expect(
      await probePython(fake(path.join(folder, 'shim'), 'echo "command not found" >&2; exit 127')),
    ).toBeUndefined();
    expect(await probePython(fake(path.join(folder, 'mute'), 'exit 0'))).toBeUndefined();
    expect(await probePython(path.join(folder, 'nowhere'))).toBeUndefined();
  });
});
