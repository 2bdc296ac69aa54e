import { randomBytes } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { InvalidSetting, MalformedNote } from '../../domain/errors.ts';
import { createSecretFile } from '../../secret-file.ts';
import { systemCode } from '../files.ts';
import { generateSigningKey, openSigner, type Signer } from './note/signer.ts';

export interface SigningKeyOptions {
  /** Outside the store: whoever can alter the store must not be able to sign what they made of it. */
  readonly file: string;
  /** The name that the log must have; undefined for the one that the key has, or a new one of its own. */
  readonly origin: string | undefined;
}

/** A name that no other log has, for who did not choose one. */
const newOrigin = (): string => `fi-events.local/${randomBytes(8).toString('hex')}`;

const readKey = async (file: string): Promise<string | undefined> => {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT') return undefined;
    throw new InvalidSetting([`FI_SIGNING_KEY_FILE=${file}: cannot be read (${systemCode(cause)})`], { cause });
  }
};

const requireOrigin = ({ file, origin }: SigningKeyOptions, signer: Signer): Signer => {
  const { name } = signer.verifierKey;
  if (origin === undefined || origin === name) return signer;
  throw new InvalidSetting([
    `FI_LOG_ORIGIN=${origin}: the key in ${file} is of the log ${name}; set that, or name another FI_SIGNING_KEY_FILE`,
  ]);
};

const openKey = (options: SigningKeyOptions, text: string): Signer => {
  try {
    return requireOrigin(options, openSigner(text.trim()));
  } catch (cause) {
    if (!(cause instanceof MalformedNote)) throw cause;
    throw new InvalidSetting([`FI_SIGNING_KEY_FILE=${options.file}: ${cause.message}`], { cause });
  }
};

/**
 * Opens the signing key.
 * @returns undefined when there is none.
 * @throws InvalidSetting when the file can't be read, is no signing key, or is the key of another log than the origin.
 */
export const openSigningKey = async (options: SigningKeyOptions): Promise<Signer | undefined> => {
  const text = await readKey(options.file);
  return text === undefined ? undefined : openKey(options, text);
};

/**
 * Opens the signing key, and makes it first where there is none; of several that do so at once, one wins and all get its key. Only for a
 * log that has no checkpoint yet: one that has was signed by a key that must be found again, not replaced.
 * @throws InvalidSetting as {@link openSigningKey} does, and when the key can't be written.
 */
export const openOrMakeSigningKey = async (options: SigningKeyOptions): Promise<Signer> => {
  const { file, origin } = options;
  const there = await openSigningKey(options);
  if (there) return there;
  try {
    await createSecretFile(file, `${generateSigningKey(origin ?? newOrigin())}\n`);
  } catch (cause) {
    const reason = cause instanceof MalformedNote ? cause.message : `cannot be written (${systemCode(cause)})`;
    throw new InvalidSetting([`FI_SIGNING_KEY_FILE=${file}: ${reason}`], { cause });
  }
  const made = await openSigningKey(options);
  if (made) return made;
  throw new InvalidSetting([`FI_SIGNING_KEY_FILE=${file}: was made and is gone again`]);
};

/** Whether others than the file's owner may read the key; false where there is none. */
export const isReadableByOthers = async (file: string): Promise<boolean> => {
  const there = await stat(file).catch(() => undefined);
  return there !== undefined && (there.mode & 0o077) !== 0;
};
