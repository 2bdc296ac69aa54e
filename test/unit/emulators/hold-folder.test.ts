import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { holdFolder } from '../../../localstack/emulators/process/hold-folder.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'fi-hold-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('one at a time has a folder for a purpose, by whatever path', async () => {
  const hold = await holdFolder(folder, 'start');
  expect(hold).toBeDefined();
  expect(await holdFolder(folder, 'start')).toBeUndefined();
  const link = `${folder}-link`;
  symlinkSync(folder, link);
  expect(await holdFolder(link, 'start')).toBeUndefined();
  rmSync(link);
  const other = await holdFolder(folder, 'packaging');
  expect(other).toBeDefined();
  await hold?.release();
  const again = await holdFolder(folder, 'start');
  expect(again).toBeDefined();
  await Promise.all([other?.release(), again?.release()]);
});

test('a holder that was killed holds no more', async () => {
  const module = fileURLToPath(new URL('../../../localstack/emulators/process/hold-folder.ts', import.meta.url));
  const script = `
    const { holdFolder } = await import(${JSON.stringify(module)});
    await holdFolder(${JSON.stringify(folder)}, 'start');
    console.log('held');
    setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(holder.stdout, 'data');
  expect(await holdFolder(folder, 'start')).toBeUndefined();
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  const hold = await holdFolder(folder, 'start');
  expect(hold).toBeDefined();
  await hold?.release();
});
