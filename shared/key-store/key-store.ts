import { randomBytes, randomFillSync } from 'node:crypto';
import path from 'node:path';
import { KeyMissing, KeyRecordDamaged, StoreUnavailable } from '../domain/errors.ts';
import { type ConsultationId, createUuidV7Source } from '../domain/ids.ts';
import type { Clock } from '../ports/clock.ts';
import { isAbsent, isGone, systemCode } from '../store/files.ts';
import { DurableFolders } from '../store/folders.ts';
import { publishExclusive, publishReplacing, syncAgain } from '../store/publish.ts';
import { eraseTemporaries } from './erase-temporaries.ts';
import { dataKeyBytes, type EventKeys, eventKeysOf } from './event-keys.ts';
import type { KeyStoreFiles } from './files.ts';
import { KeyCache } from './key-cache.ts';
import type { MasterKey } from './master-key.ts';
import { recordPath } from './names.ts';
import { type Erasure, type KeyRecord, parseRecord, renderRecord } from './record.ts';

/** What there is of a consultation's key. */
export type ConsultationKey =
  | { readonly kind: 'active'; readonly keys: EventKeys }
  | { readonly kind: 'erased'; readonly erasure: Erasure }
  | { readonly kind: 'absent' };

/** What reading encrypted events needs of a key store. */
export interface KeyFinder {
  /**
   * @throws StoreUnavailable when the key store can't be read for now, KeyRecordDamaged or KeyMissing when a record is there and of no use.
   */
  find(consultationId: ConsultationId): Promise<ConsultationKey>;
}

/** What storing encrypted events needs of a key store. */
export interface KeyMaker extends KeyFinder {
  /** The key, made first where there is none: when this resolves it survives a power loss. @throws as {@link KeyFinder.find} does */
  findOrMake(consultationId: ConsultationId): Promise<Exclude<ConsultationKey, { kind: 'absent' }>>;
}

export interface KeyStoreOptions {
  /** The key store's folder, absolute. */
  readonly folder: string;
  readonly files: KeyStoreFiles;
  readonly masterKey: MasterKey;
  readonly clock: Clock;
  /** Draws data keys; a simulation passes its own. */
  readonly randomKey?: () => Uint8Array;
  /** UUIDv7s, each once, for temporaries. */
  readonly newId?: () => string;
}

/**
 * The keys of consultations, one small file each, under one name for good: it is created exclusively with a key, and replaced once by a
 * tombstone. So a consultation that was erased can get no other key, whatever a listing or a negative cache of a network share says.
 */
export class KeyStore implements KeyMaker {
  readonly #options: KeyStoreOptions;
  readonly #folders: DurableFolders;
  readonly #cache: KeyCache;
  readonly #randomKey: () => Uint8Array;
  readonly #newId: () => string;

  constructor(options: KeyStoreOptions) {
    const { folder, files, clock } = options;
    this.#options = options;
    this.#folders = new DurableFolders(files, folder);
    this.#cache = new KeyCache(clock);
    this.#randomKey = options.randomKey ?? (() => randomBytes(dataKeyBytes));
    this.#newId = options.newId ?? createUuidV7Source(() => clock.nowMs(), randomFillSync);
  }

  /** The file of a consultation's record, whether it is there or not. */
  fileOf(consultationId: ConsultationId): string {
    return path.join(this.#options.folder, recordPath(consultationId));
  }

  async find(consultationId: ConsultationId): Promise<ConsultationKey> {
    const known = this.#cache.get(consultationId);
    if (known !== undefined) return known;
    const record = await this.#readAgain(consultationId);
    return record === undefined ? { kind: 'absent' } : this.#keep(consultationId, record);
  }

  async findOrMake(consultationId: ConsultationId): Promise<Exclude<ConsultationKey, { kind: 'absent' }>> {
    for (;;) {
      const found = await this.find(consultationId);
      if (found.kind === 'erased') return found;
      if (found.kind === 'active') {
        // Whoever made it may not have come to sync its name, and what is encrypted with it must not outlive it.
        if (!this.#cache.isDurable(consultationId)) await this.#sync(consultationId);
        return found;
      }
      await this.#make(consultationId);
    }
  }

  /**
   * Replaces the key by a tombstone, for good. What a crash leaves to do, the next call does.
   * @returns the erasure that counts: an earlier one stays.
   * @throws StoreUnavailable when the key store can't be written; whether the key is gone is then unknown, and a repeat is safe.
   */
  async erase(consultationId: ConsultationId, by: { erasedBy: string; reason: string }): Promise<Erasure> {
    const found = await this.#read(consultationId).catch((error: unknown) => {
      // What can't be read any more is as good as erased once the tombstone is there.
      if (error instanceof StoreUnavailable) throw error;
      return undefined;
    });
    const erasure =
      found?.state === 'erased' ? found : { erasedAt: new Date(this.#options.clock.nowMs()).toISOString(), ...by };
    if (found?.state === 'erased') await this.#sync(consultationId);
    else await this.#replace(consultationId, erasure);
    await eraseTemporaries(this.#options.files, this.#options.folder, consultationId);
    this.#cache.forget(consultationId);
    const { erasedAt, erasedBy, reason } = erasure;
    return { erasedAt, erasedBy, reason };
  }

  /** A record that is erased while it is read looks damaged; the next look finds the tombstone. */
  async #readAgain(consultationId: ConsultationId): Promise<KeyRecord | undefined> {
    try {
      return await this.#read(consultationId);
    } catch (error) {
      if (!(error instanceof KeyRecordDamaged)) throw error;
      return this.#read(consultationId);
    }
  }

  async #read(consultationId: ConsultationId): Promise<KeyRecord | undefined> {
    const file = this.fileOf(consultationId);
    try {
      return parseRecord(file, await this.#options.files.read(file), consultationId);
    } catch (error) {
      if (isAbsent(error)) return undefined;
      if (systemCode(error) === undefined) throw error;
      throw new StoreUnavailable(
        `The key store at ${this.#options.folder} could not be read (${systemCode(error)}): mount it or restore its folders.`,
        { cause: error },
      );
    }
  }

  #keep(consultationId: ConsultationId, record: KeyRecord): Exclude<ConsultationKey, { kind: 'absent' }> {
    if (record.state === 'erased') {
      const { erasedAt, erasedBy, reason } = record;
      return this.#cache.keepErased(consultationId, { erasedAt, erasedBy, reason });
    }
    return this.#cache.keepActive(consultationId, record.wrappedKey, () => {
      try {
        return eventKeysOf(this.#options.masterKey.unwrap(consultationId, record.wrappedKey));
      } catch (cause) {
        throw new KeyMissing(consultationId, 'was encrypted with another master key, or altered', { cause });
      }
    });
  }

  async #make(consultationId: ConsultationId): Promise<void> {
    const { files, masterKey, clock } = this.#options;
    const dataKey = this.#randomKey();
    const wrappedKey = masterKey.wrap(consultationId, dataKey);
    const createdAt = new Date(clock.nowMs()).toISOString();
    const bytes = renderRecord(consultationId, { state: 'active', createdAt, wrappedKey });
    // Of all who make a key at once one wins; the others find its.
    const made = await publishExclusive(files, this.#publication(consultationId, bytes), this.#folders);
    if (made === 'taken') return;
    this.#cache.keepActive(consultationId, wrappedKey, () => eventKeysOf(dataKey));
    this.#cache.markDurable(consultationId);
  }

  async #replace(consultationId: ConsultationId, erasure: Erasure): Promise<void> {
    const { files } = this.#options;
    const bytes = renderRecord(consultationId, { state: 'erased', ...erasure });
    const old = await files.openScrubbing(this.fileOf(consultationId)).catch((error: unknown) => {
      if (isGone(error)) return undefined;
      throw new StoreUnavailable(
        `The key of ${consultationId} could not be opened to erase it (${systemCode(error)}).`,
        {
          cause: error,
        },
      );
    });
    try {
      await publishReplacing(files, this.#publication(consultationId, bytes), this.#folders).catch((error: unknown) =>
        this.#requireReplaced(consultationId, error),
      );
      // The name is gone; on a file system that writes in place the key's bytes go too, whoever still has them open.
      await old?.scrub().catch(() => {});
    } finally {
      await old?.close();
    }
  }

  /** A rename whose answer was lost on a network share has happened: the name is looked at. @throws `error` when it has not */
  async #requireReplaced(consultationId: ConsultationId, error: unknown): Promise<void> {
    const found = await this.#read(consultationId).catch(() => undefined);
    if (found?.state !== 'erased') throw error;
    await this.#sync(consultationId);
  }

  #publication(consultationId: ConsultationId, bytes: Uint8Array) {
    const temporaryName = `${this.#newId()}.json`;
    return { store: this.#options.folder, temporaryName, target: recordPath(consultationId), bytes };
  }

  async #sync(consultationId: ConsultationId): Promise<void> {
    const { files, folder } = this.#options;
    await syncAgain(files, folder, [path.dirname(recordPath(consultationId))], this.#folders);
    this.#cache.markDurable(consultationId);
  }
}
