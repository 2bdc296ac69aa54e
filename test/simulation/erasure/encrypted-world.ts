import { createUuidV7Source } from '../../../shared/domain/ids.ts';
import { createDecryptingReader } from '../../../shared/encryption/decrypting-reader.ts';
import { createDecryption } from '../../../shared/encryption/decryption.ts';
import { createEncryption } from '../../../shared/encryption/encryption.ts';
import { createOtherForm } from '../../../shared/encryption/other-form.ts';
import { dataKeyBytes } from '../../../shared/key-store/event-keys.ts';
import { KeyStore } from '../../../shared/key-store/key-store.ts';
import { masterKeyOf } from '../../../shared/key-store/master-key.ts';
import { createPersistStage } from '../../../shared/stages/persist.ts';
import { createPartWriter } from '../../../shared/store/level0.ts';
import type { EventFeed, EventReader } from '../../../shared/store/port.ts';
import { silentLogger } from '../../../shared/telemetry/log.ts';
import type { Faults, SimulatedMount } from '../rig/mount.ts';
import { store, World } from '../rig/world.ts';
import { KeyMount } from './key-mount.ts';

export const keyFolder = '/keys';
const masterKey = masterKeyOf(new Uint8Array(32).fill(3));

const requireKeyMount = (files: SimulatedMount): KeyMount => {
  if (files instanceof KeyMount) return files;
  throw new TypeError('a mount of another world');
};

/** A world whose hosts store events encrypted; all of them, or those that the seed picks. */
export class EncryptedWorld extends World {
  /** How often a host stores events in clear, as one does whose setting is not turned on yet. */
  readonly inClear: number;

  constructor(seed: number, inClear: number) {
    super(seed);
    this.inClear = inClear;
  }

  override mount(faults: Faults): KeyMount {
    return new KeyMount(this.share, faults);
  }

  /** The key store as one process sees it. */
  newKeyStore(files: SimulatedMount): KeyStore {
    const { random } = this.scheduler;
    return new KeyStore({
      folder: keyFolder,
      files: requireKeyMount(files),
      masterKey,
      clock: this.clock,
      randomKey: () => {
        const key = new Uint8Array(dataKeyBytes);
        random.fill(key);
        return key;
      },
      newId: createUuidV7Source(this.clock.nowMs, (target) => random.fill(target)),
    });
  }

  override newPersist(files: SimulatedMount) {
    const { clock } = this;
    const { random } = this.scheduler;
    return createPersistStage({
      writer: createPartWriter({ folder: store, files, clock, random: (target) => random.fill(target) }),
      deadLetters: this.deadLetters,
      compressionOf: () => undefined,
      fallbackCompression: 'gzip-1',
      encryption: random.chance(this.inClear) ? undefined : createEncryption(this.newKeyStore(files)),
      clock,
      logger: silentLogger,
    });
  }

  override newReader(files: SimulatedMount): EventReader & EventFeed {
    const keys = this.newKeyStore(files);
    const decryption = createDecryption(async () => keys);
    return createDecryptingReader(this.newStoredReader(files), decryption);
  }

  /** Gives events as they are stored. */
  newStoredReader(files: SimulatedMount): EventReader & EventFeed {
    return super.newReader(files);
  }

  protected override newOtherForm(files: SimulatedMount) {
    const keys = this.newKeyStore(files);
    return createOtherForm(async () => keys);
  }
}
