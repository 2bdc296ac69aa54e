import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { repository } from '../../../test/e2e/hosts/host.ts';
import { installed, runInstaller } from './tools-folder.ts';

const pins = ['package.json', 'package-lock.json'].map((name) => `bench/peers/zeromq/${name}`);

/**
 * The folder in which ZeroMQ's library for Node is installed, its binaries among it.
 * @throws Skipped where npm's registry does not give it
 */
export const zeroMqLibrary = (): Promise<string> =>
  installed('zeromq', pins, async (unfinished) => {
    for (const pin of pins) await copyFile(path.join(repository, pin), path.join(unfinished, path.basename(pin)));
    await runInstaller('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: unfinished });
  });
