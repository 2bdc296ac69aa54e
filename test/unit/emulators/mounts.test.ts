import { describe, expect, it } from 'vitest';
import { mountsFor, seenByFunctions } from '../../../localstack/emulators/mounts.ts';

const folders = {
  storeDir: '/data/store',
  keysFile: '/etc/fi/keys.json',
  signingKeyFile: '/var/fi/log-key',
  keyStoreDir: '/data/key-store',
  masterKeyFile: '/var/secret/master',
};

describe('what functions see of this machine', () => {
  it('is the folder of each file, and the files by their paths in it', () => {
    expect(mountsFor(folders)).toEqual({
      '/mnt/fi-events/store': '/data/store',
      '/mnt/fi-events/keys': '/etc/fi',
      '/mnt/fi-events/signing': '/var/fi',
      '/mnt/fi-events/key-store': '/data/key-store',
      '/mnt/fi-events/master': '/var/secret',
    });
    expect(seenByFunctions(folders, true)).toEqual({
      storeDir: '/mnt/fi-events/store',
      keysFile: '/mnt/fi-events/keys/keys.json',
      signingKeyFile: '/mnt/fi-events/signing/log-key',
      keyStoreDir: '/mnt/fi-events/key-store',
      masterKeyFile: '/mnt/fi-events/master/master',
    });
  });

  it('is what there is where nothing can be mounted', () => {
    expect(seenByFunctions(folders, false)).toEqual(folders);
  });
});
