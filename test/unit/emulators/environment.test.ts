import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Emulator } from '../../../localstack/emulators/emulator.ts';
import { localstack } from '../../../localstack/emulators/localstack.ts';
import { ensureEnvironment } from '../../../localstack/emulators/python/environment.ts';
import type { PythonVersion } from '../../../localstack/emulators/python/find-python.ts';
import { installFailure } from '../../../localstack/emulators/python/install-failure.ts';

let root = '';
let folder = '';
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'fi-environment-'));
  folder = path.join(root, '.localstack/python');
  write('lock-3.13.txt', 'a==1\n');
  write('lock-3.11.txt', 'a==0\n');
  write('package/pyproject.toml', '[project]\n');
  write('package/code.py', 'x = 1\n');
  write('package/tests/test_code.py', '');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const write = (name: string, text: string): void => {
  const file = path.join(root, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
};

const calls = (): readonly string[] => {
  try {
    return readFileSync(path.join(root, 'calls'), 'utf8').trim().split('\n');
  } catch {
    return [];
  }
};

/** A Python that writes down what it is asked; `-m venv` makes a folder with a copy of it. `pip` is what pip does. */
const fakePython = (pip = ''): string => {
  const file = path.join(root, 'python');
  const script = `#!/bin/sh
echo "$*" >> ${root}/calls
if [ "$2" = venv ]; then mkdir -p "$3/bin" && cp "$0" "$3/bin/python"; exit 0; fi
if [ "$2" = pip ]; then :; ${pip}
fi
`;
  writeFileSync(file, script);
  chmodSync(file, 0o755);
  return file;
};

const emulator: Emulator = {
  ...localstack,
  locks: [
    { python: '3.13', file: 'lock-3.13.txt' },
    { python: '3.11', file: 'lock-3.11.txt' },
  ],
  localPackage: 'package',
  installedBytes: 1_000,
};

const ensure = (
  options: { version?: PythonVersion; named?: boolean; signal?: AbortSignal; command?: string; of?: Emulator } = {},
) =>
  ensureEnvironment({
    emulator: options.of ?? emulator,
    repository: root,
    folder,
    findPython: async () => ({
      command: options.command ?? path.join(root, 'python'),
      version: options.version ?? '3.13',
    }),
    userNamesPython: options.named ?? false,
    steps: { run: (_name, step) => step(() => {}), note: () => {} },
    signal: options.signal ?? new AbortController().signal,
  });

describe('a Python environment', () => {
  it('is made once from its lock, with the package of the repository', async () => {
    fakePython();
    const python = await ensure();
    expect(calls()).toHaveLength(3);
    expect(calls()[1]).toContain(`install --requirement ${root}/lock-3.13.txt`);
    expect(calls()[2]).toContain('--no-deps');
    expect(await ensure()).toBe(python);
    expect(calls()).toHaveLength(3);
  });

  it('gets the package again when its sources changed, but not for its tests', async () => {
    fakePython();
    const python = await ensure();
    write('package/tests/test_code.py', 'changed');
    write('package/__pycache__/code.pyc', 'changed');
    await ensure();
    expect(calls()).toHaveLength(3);
    write('package/code.py', 'x = 2\n');
    expect(await ensure()).toBe(python);
    expect(calls()).toHaveLength(4);
  });

  it('is made anew when its lock changed, and the old one goes', async () => {
    fakePython();
    const before = await ensure();
    write('lock-3.13.txt', 'a==2\n');
    const after = await ensure();
    expect(after).not.toBe(before);
    expect(readdirSync(folder)).toEqual([path.relative(folder, after).split(path.sep)[0]]);
  });

  it('that is there is used whatever Python is installed now, unless the user names one', async () => {
    fakePython();
    const older = await ensure({ version: '3.11' });
    expect(await ensure({ version: '3.13' })).toBe(older);
    const named = await ensure({ version: '3.13', named: true });
    expect(named).not.toBe(older);
    expect(readdirSync(folder)).toHaveLength(2);
  });

  it('is not there at all when pip failed, and the message has its last words', async () => {
    fakePython('echo "ERROR: No space left on device" >&2; exit 1');
    await expect(ensure()).rejects.toMatchObject({ tag: 'PackagesNotInstalled' });
    await expect(ensure()).rejects.toThrow(/The disk is full.*No space left on device/s);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is not there at all when it was interrupted', async () => {
    fakePython('exec sleep 600');
    const interrupted = new AbortController();
    const making = ensure({ signal: interrupted.signal });
    await vi.waitFor(() => expect(calls().at(-1)).toContain('install'), { timeout: 10_000 });
    interrupted.abort(new Error('Ctrl-C'));
    await expect(making).rejects.toThrow('Ctrl-C');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('half made by a start that was killed is swept away', async () => {
    fakePython();
    const endedPid = 2 ** 22 + 1;
    write(`.localstack/python/.unfinished-${endedPid}-ab/bin/python`, '');
    await ensure();
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('is not begun without the room for it', async () => {
    fakePython();
    await expect(ensure({ of: { ...emulator, installedBytes: 1e18 } })).rejects.toThrow(/needs .* MB on the disk/);
    expect(calls()).toEqual([]);
  });
});

describe('why packages could not be installed', () => {
  it.each([
    ['Could not fetch URL: Temporary failure in name resolution', 'cannot be reached'],
    ['SSL: CERTIFICATE_VERIFY_FAILED', 'PIP_CERT'],
    ['/usr/bin/python3: No module named pip', 'brings no pip'],
    ['error: something new', 'pip said:'],
  ])('%s', (output, advice) => {
    const message = installFailure('LocalStack', `many lines\n${output}\n`);
    expect(message).toContain(advice);
    expect(message).toContain(output);
  });
});
