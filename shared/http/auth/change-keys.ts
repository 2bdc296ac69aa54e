import { hash, randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { InvalidSetting } from '../../domain/errors.ts';
import type { Logger } from '../../telemetry/log.ts';
import { parseKeysFile, renderKeysFile, type StoredKey } from './keys-file.ts';
import { type Action, actions as actionNames } from './principal.ts';

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;

const readKeys = async (file: string): Promise<readonly StoredKey[]> => {
  try {
    return parseKeysFile(await readFile(file, 'utf8'), file);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return [];
    throw error;
  }
};

/** Readers see the old file or the new one, whole; after a power loss too. Nobody but the owner may read it. */
const replaceKeys = async (file: string, keys: readonly StoredKey[]): Promise<void> => {
  const temporary = `${file}.${process.pid}.${randomBytes(6).toString('hex')}`;
  try {
    await using handle = await open(temporary, 'wx', 0o600);
    await handle.writeFile(renderKeysFile(keys));
    await handle.sync();
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await using folder = await open(path.dirname(file), 'r');
  await folder.sync();
};

/** One change at a time: of two at once, one would undo the other, and a revoked key would be back. */
const changeKeys = async (
  file: string,
  change: (keys: readonly StoredKey[]) => readonly StoredKey[],
): Promise<void> => {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const lock = `${file}.lock`;
  try {
    await (await open(lock, 'wx', 0o600)).close();
  } catch (cause) {
    if (!isCode(cause, 'EEXIST')) throw cause;
    throw new InvalidSetting([`${lock} is there: another command is changing the keys. Remove it if none is.`], {
      cause,
    });
  }
  try {
    await replaceKeys(file, change(await readKeys(file)));
  } finally {
    await rm(lock, { force: true });
  }
};

export interface NewKey {
  readonly consultations: readonly string[];
  readonly actions: readonly Action[];
  /** Unix milliseconds. */
  readonly nowMs: number;
  /** Gets a line of the access log. */
  readonly logger: Logger;
}

export interface CreatedKey {
  readonly id: string;
  /** The whole key, `fi_<id>_<secret>`. Shown once; only its hash is kept. */
  readonly key: string;
}

const patternForm = /^[^*]{0,128}\*?$/;

/** @throws InvalidSetting when a pattern or the list of actions is wrong. */
const checkNewKey = ({ consultations, actions }: NewKey): void => {
  const problems = consultations
    .filter((pattern) => pattern === '' || !patternForm.test(pattern))
    .map(
      (pattern) => `consultations: ${JSON.stringify(pattern)} must be an id, or the beginning of one and a trailing *`,
    );
  if (consultations.length === 0) problems.push('consultations: at least one pattern is needed, e.g. abc*');
  if (actions.length === 0) problems.push(`actions: at least one of ${actionNames.join(', ')} is needed`);
  if (problems.length > 0) throw new InvalidSetting(problems);
};

/**
 * Makes an API key and adds its hash to the file.
 * @throws InvalidSetting when the request or the file is wrong.
 */
export const createKey = async (file: string, wanted: NewKey): Promise<CreatedKey> => {
  checkNewKey(wanted);
  const id = randomBytes(8).toString('hex');
  const secret = randomBytes(32).toString('base64url');
  const stored: StoredKey = {
    id,
    sha256: hash('sha256', secret, 'hex'),
    consultations: [...wanted.consultations],
    actions: [...new Set(wanted.actions)],
    created_at: new Date(wanted.nowMs).toISOString(),
  };
  await changeKeys(file, (keys) => [...keys, stored]);
  wanted.logger.info('API key created', { principal: id, path: file });
  return { id, key: `fi_${id}_${secret}` };
};

export interface Revocation {
  /** Unix milliseconds. */
  readonly nowMs: number;
  readonly logger: Logger;
}

/**
 * Revokes a key, for good; hosts that run follow within a second. A key that is revoked already stays as it is.
 * @throws InvalidSetting when there is no such key.
 */
export const revokeKey = async (file: string, id: string, { nowMs, logger }: Revocation): Promise<void> => {
  await changeKeys(file, (keys) => {
    if (!keys.some((key) => key.id === id)) throw new InvalidSetting([`there is no key ${id} in ${file}`]);
    return keys.map((key) =>
      key.id === id && key.revoked_at === undefined ? { ...key, revoked_at: new Date(nowMs).toISOString() } : key,
    );
  });
  logger.info('API key revoked', { principal: id, path: file });
};

/** The keys of the file, revoked ones included, oldest first; none when there is no file. @throws InvalidSetting */
export const listKeys = (file: string): Promise<readonly StoredKey[]> => readKeys(file);
