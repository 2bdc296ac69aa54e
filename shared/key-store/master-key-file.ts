import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { InvalidSetting } from '../domain/errors.ts';
import { createSecretFile } from '../secret-file.ts';
import { systemCode } from '../store/files.ts';
import { type MasterKey, masterKeyBytes, masterKeyOf } from './master-key.ts';

const prefix = 'fi-events-master-key-1:';

const wrong = (file: string, problem: string, cause?: unknown): InvalidSetting =>
  new InvalidSetting([`FI_MASTER_KEY_FILE=${file}: ${problem}`], { cause });

const parse = (file: string, text: string): MasterKey => {
  const line = text.trim();
  const secret = Buffer.from(line.slice(prefix.length), 'base64url');
  if (!line.startsWith(prefix) || secret.length !== masterKeyBytes) throw wrong(file, 'is no master key');
  return masterKeyOf(secret);
};

/**
 * Opens the master key.
 * @returns undefined when there is none.
 * @throws InvalidSetting when the file can't be read or is no master key.
 */
export const openMasterKey = async (file: string): Promise<MasterKey | undefined> => {
  try {
    return parse(file, await readFile(file, 'utf8'));
  } catch (cause) {
    if (cause instanceof InvalidSetting) throw cause;
    if (systemCode(cause) === 'ENOENT') return undefined;
    throw wrong(file, `cannot be read (${systemCode(cause)})`, cause);
  }
};

/**
 * Opens the master key, and makes it first where there is none; of several that do so at once, one wins and all get its key. Only for a key
 * store that is empty: one that is not was made with a key that must be found again, not replaced.
 * @throws InvalidSetting as {@link openMasterKey} does, and when the key can't be written.
 */
export const openOrMakeMasterKey = async (file: string): Promise<MasterKey> => {
  const there = await openMasterKey(file);
  if (there) return there;
  try {
    await createSecretFile(file, `${prefix}${randomBytes(masterKeyBytes).toString('base64url')}\n`);
  } catch (cause) {
    throw wrong(file, `cannot be written (${systemCode(cause)})`, cause);
  }
  const made = await openMasterKey(file);
  if (made) return made;
  throw wrong(file, 'was made and is gone again');
};
