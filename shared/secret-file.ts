import { randomBytes } from 'node:crypto';
import { link, mkdir, open, rm } from 'node:fs/promises';
import path from 'node:path';
import { systemCode, writeWhole } from './store/files.ts';

/**
 * Gives a whole file its name at once, or finds that another process did; its owner alone may read it, and it survives a power loss.
 * @throws the system's error
 */
export const createSecretFile = async (file: string, text: string): Promise<void> => {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}.${randomBytes(6).toString('hex')}`;
  try {
    await using handle = await open(temporary, 'wx', 0o600);
    await writeWhole(handle, Buffer.from(text));
    await handle.sync();
    await link(temporary, file);
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
  } finally {
    await rm(temporary, { force: true });
  }
  await using folder = await open(path.dirname(file), 'r');
  await folder.sync();
};
