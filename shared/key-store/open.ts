import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { InvalidSetting, StoreUnavailable } from '../domain/errors.ts';
import { type Clock, systemClock } from '../ports/clock.ts';
import { isAbsent, systemCode } from '../store/files.ts';
import { DurableFolders } from '../store/folders.ts';
import { publishExclusive } from '../store/publish.ts';
import { type KeyStoreFiles, nodeKeyStoreFiles } from './files.ts';
import { KeyStore } from './key-store.ts';
import type { MasterKey } from './master-key.ts';
import { openMasterKey, openOrMakeMasterKey } from './master-key-file.ts';
import { headerName, keysFolder } from './names.ts';

export interface KeyStorePlace {
  /** `FI_KEY_STORE_DIR`, absolute. */
  readonly folder: string;
  /** `FI_MASTER_KEY_FILE`, absolute. */
  readonly masterKeyFile: string;
  readonly files?: KeyStoreFiles;
  readonly clock?: Clock;
}

const renderHeader = ({ check }: MasterKey): string =>
  `${JSON.stringify({ format: 'fi-events key store', version: 1, master_key_check: check })}\n`;

const wrongFolder = (folder: string, problem: string): InvalidSetting =>
  new InvalidSetting([`FI_KEY_STORE_DIR=${folder}: ${problem}`]);

const wrongKey = (file: string, problem: string): InvalidSetting =>
  new InvalidSetting([`FI_MASTER_KEY_FILE=${file}: ${problem}`]);

const orUndefined = async <Value>(folder: string, read: Promise<Value>): Promise<Value | undefined> => {
  try {
    return await read;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw new StoreUnavailable(
      `The key store at ${folder} could not be read (${systemCode(error)}): mount it or restore its folders.`,
      { cause: error },
    );
  }
};

const requireSame = (place: KeyStorePlace, masterKey: MasterKey, header: Uint8Array): void => {
  if (Buffer.from(header).toString('utf8') === renderHeader(masterKey)) return;
  throw wrongKey(
    place.masterKeyFile,
    `is not the master key of the key store at ${place.folder}: copy that of the host that made it`,
  );
};

const keyStoreOf = (place: KeyStorePlace, masterKey: MasterKey): KeyStore =>
  new KeyStore({
    folder: place.folder,
    files: place.files ?? nodeKeyStoreFiles,
    masterKey,
    clock: place.clock ?? systemClock,
  });

/**
 * Opens a key store that is there.
 * @returns undefined when there is none.
 * @throws InvalidSetting when the master key is missing or another's, or when the folder has keys and lacks its header.
 * @throws StoreUnavailable when it can't be read for now.
 */
export const openKeyStore = async (place: KeyStorePlace): Promise<KeyStore | undefined> => {
  const { folder, masterKeyFile, files = nodeKeyStoreFiles } = place;
  const header = await orUndefined(folder, files.read(path.join(folder, headerName)));
  if (header === undefined) {
    const keys = await orUndefined(folder, files.list(path.join(folder, keysFolder)));
    if (keys === undefined || keys.length === 0) return undefined;
    throw wrongFolder(folder, `has keys and lacks ${headerName}: restore the whole folder from its backup`);
  }
  const masterKey = await openMasterKey(masterKeyFile);
  if (masterKey === undefined) {
    throw wrongKey(masterKeyFile, `is not there, and the key store at ${folder} was made with it: restore or copy it`);
  }
  requireSame(place, masterKey, header);
  return keyStoreOf(place, masterKey);
};

/** Opens the key store, and makes it and its master key first where there is none. @throws as {@link openKeyStore} does */
export const openOrMakeKeyStore = async (place: KeyStorePlace): Promise<KeyStore> => {
  const there = await openKeyStore(place);
  if (there) return there;
  const { folder, masterKeyFile, files = nodeKeyStoreFiles } = place;
  const masterKey = await openOrMakeMasterKey(masterKeyFile);
  const bytes = Buffer.from(renderHeader(masterKey), 'utf8');
  const publication = { store: folder, temporaryName: `${randomUUID()}.json`, target: headerName, bytes };
  // Another host may have been first, with a master key of its own.
  if ((await publishExclusive(files, publication, new DurableFolders(files, folder))) === 'taken') {
    requireSame(place, masterKey, await files.read(path.join(folder, headerName)));
  }
  return keyStoreOf(place, masterKey);
};
