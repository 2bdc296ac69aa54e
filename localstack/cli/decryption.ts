import type { Config } from '../../shared/config.ts';
import { createDecryption, type Decryption } from '../../shared/encryption/decryption.ts';
import type { KeyStore } from '../../shared/key-store/key-store.ts';
import { openKeyStore } from '../../shared/key-store/open.ts';

/** Decrypts with the key store of the settings, which is opened when the first encrypted event is met. */
export const openDecryption = ({ keyStoreDir: folder, masterKeyFile }: Config): Decryption => {
  let opening: Promise<KeyStore | undefined> | undefined;
  return createDecryption(() => {
    opening ??= openKeyStore({ folder, masterKeyFile });
    return opening;
  });
};
