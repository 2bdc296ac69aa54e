import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { StoreUnavailable } from '../../domain/errors.ts';
import type { LetterId } from '../../domain/ids.ts';
import { type FilePublishing, nodeStoreFiles, systemCode } from '../files.ts';
import { DurableFolders } from '../folders.ts';
import { publish } from '../publish.ts';
import { LetterListing } from './listing.ts';
import { settlementFile } from './names.ts';
import type { QuarantineStore } from './port.ts';
import { readLetter, readSettlement } from './read-letter.ts';
import { type Settlement, settlementText } from './settlement.ts';

const unavailable = (store: string, error: unknown): StoreUnavailable => {
  if (error instanceof StoreUnavailable) return error;
  const code = systemCode(error) ?? 'unknown error';
  return new StoreUnavailable(
    `The quarantine of ${store} could not be read (${code}): mount it or restore its folders.`,
    {
      cause: error,
    },
  );
};

/** Opens the quarantine of a store. */
export const openQuarantine = (
  store: string,
  files: FilePublishing = nodeStoreFiles,
  uniqueName: () => string = randomUUID,
): QuarantineStore => {
  const folders = new DurableFolders(files, path.resolve(store));
  const listing = new LetterListing(files, store);

  const guarded = async <Result>(work: Promise<Result>): Promise<Result> => {
    try {
      return await work;
    } catch (error) {
      throw unavailable(store, error);
    }
  };

  /** The settlement that kept ours from being published, if that is why. */
  const standingInstead = async (letterId: LetterId, ours: string): Promise<Settlement | undefined> => {
    const standing = await readSettlement(files, store, letterId).catch(() => undefined);
    return standing === undefined || settlementText(letterId, standing) === ours ? undefined : standing;
  };

  return {
    async *ids(state, after) {
      try {
        yield* listing.ids(state, after);
      } catch (error) {
        throw unavailable(store, error);
      }
    },
    read: (letterId) => guarded(readLetter(files, store, letterId)),
    settlementOf: (letterId) => guarded(readSettlement(files, store, letterId)),
    settle: async (letterId, settlement) => {
      const text = settlementText(letterId, settlement);
      const target = settlementFile(letterId);
      const publication = { store, temporaryName: `settlement-${uniqueName()}`, target, bytes: Buffer.from(text) };
      try {
        await publish(files, publication, folders);
        return settlement;
      } catch (error) {
        const standing = await standingInstead(letterId, text);
        if (standing === undefined) throw error;
        return standing;
      }
    },
    countOpen: () => guarded(listing.countOpen()),
  };
};
