import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { EmulatorError } from '../errors.ts';

/** Major and minor, e.g. `3.13`: wheels and locks belong to one. */
export type PythonVersion = `3.${number}`;

export interface Python {
  readonly command: string;
  readonly version: PythonVersion;
}

/** What a Python says of itself, or undefined when the command does not run (a pyenv shim of a version not chosen). */
export type ProbePython = (
  command: string,
) => Promise<{ readonly version: string; readonly hasVenv: boolean } | undefined>;

/** A command that hangs (a shim that asks, a share that is gone) must not hang the start. */
const probeTimeoutMs = 10_000;

const question = `
import importlib.util, json, sys
print(json.dumps({
    "version": "%d.%d" % sys.version_info[:2],
    "hasVenv": all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")),
}))
`;

export const probePython: ProbePython = async (command) => {
  try {
    const { stdout } = await promisify(execFile)(command, ['-c', question], { timeout: probeTimeoutMs });
    return JSON.parse(stdout);
  } catch {
    return undefined;
  }
};

export interface SearchedPlaces {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homeDir: string;
  readonly probe?: ProbePython;
}

const namesIn = async (folder: string): Promise<readonly string[]> => {
  try {
    return (await readdir(folder)).sort((left, right) => right.localeCompare(left, undefined, { numeric: true }));
  } catch {
    return [];
  }
};

/** Where a version may be, likely places first; newest patch first within a folder of versions. */
const commandsOf = async (version: PythonVersion, places: SearchedPlaces): Promise<readonly string[]> => {
  const { environment, homeDir } = places;
  const pyenvVersions = path.join(environment.PYENV_ROOT ?? path.join(homeDir, '.pyenv'), 'versions');
  const uvVersions = environment.UV_PYTHON_INSTALL_DIR ?? path.join(homeDir, '.local/share/uv/python');
  const ofPyenv = (await namesIn(pyenvVersions)).filter((name) => name.startsWith(`${version}.`));
  const ofUv = (await namesIn(uvVersions)).filter((name) => name.startsWith(`cpython-${version}.`));
  return [
    `python${version}`,
    'python3',
    ...ofPyenv.map((name) => path.join(pyenvVersions, name, 'bin', `python${version}`)),
    ...ofUv.map((name) => path.join(uvVersions, name, 'bin', `python${version}`)),
  ];
};

const listed = (words: readonly string[]): string => words.join(' or ');

/**
 * Finds a Python of one of the versions, the earliest in the list that this machine has; `PYTHON` overrules the search.
 * @param title of the program that needs it, for the message
 * @throws EmulatorError `PythonMissing` that names what was looked at and how to get one
 */
export const findPython = async (
  title: string,
  versions: readonly PythonVersion[],
  places: SearchedPlaces,
): Promise<Python> => {
  const probe = places.probe ?? probePython;
  const named = places.environment.PYTHON;
  if (named !== undefined && named !== '') {
    const found = await probe(named);
    const version = versions.find((wanted) => wanted === found?.version);
    if (found === undefined) {
      throw new EmulatorError('PythonMissing', `PYTHON=${named} does not run: name another one, or unset it.`);
    }
    if (version === undefined) {
      throw new EmulatorError(
        'PythonMissing',
        `PYTHON=${named} is Python ${found.version}, and ${title} needs ${listed(versions)}: name another one, or unset it.`,
      );
    }
    if (!found.hasVenv) throw withoutVenv(named, version);
    return { command: named, version };
  }
  let lame: { readonly command: string; readonly version: PythonVersion } | undefined;
  for (const version of versions) {
    for (const command of await commandsOf(version, places)) {
      const found = await probe(command);
      if (found?.version !== version) continue;
      if (found.hasVenv) return { command, version };
      lame ??= { command, version };
    }
  }
  if (lame !== undefined) throw withoutVenv(lame.command, lame.version);
  const [preferred = '3.13'] = versions;
  throw new EmulatorError(
    'PythonMissing',
    `${title} needs Python ${listed(versions)}, and none runs here (looked at python${preferred} and the like on PATH, pyenv's ` +
      `versions and uv's). Get one with "uv python install ${preferred}", "pyenv install ${preferred}" or your system's ` +
      'packages, or name one: PYTHON=/path/to/python.',
  );
};

const withoutVenv = (command: string, version: PythonVersion): EmulatorError =>
  new EmulatorError(
    'PythonMissing',
    `${command} has no venv module, which Debian and Ubuntu package on its own: apt-get install python${version}-venv`,
  );
