import path from 'node:path';
import { StoreUnavailable } from '../domain/errors.ts';
import { type LargeStoreFiles, type RangeReading, systemCode } from './files.ts';
import { DurableFolders } from './folders.ts';

/** What a streamed publish writes, and where. */
export interface StreamPublication {
  /** The store's folder. */
  readonly store: string;
  /** Name under `tmp/`; unique to this attempt. */
  readonly temporaryName: string;
  /** Relative to the store's folder. */
  readonly target: string;
  /** The file's bytes, one piece after another. What it throws is thrown on as it is. */
  readonly pieces: AsyncIterable<Uint8Array>;
}

const comparedBytes = 1024 * 1024;

const sameBytes = async (files: RangeReading, left: string, right: string): Promise<boolean> => {
  const first = await files.openRanges(left);
  try {
    const second = await files.openRanges(right);
    try {
      for (let offset = 0; ; offset += comparedBytes) {
        const [ours, theirs] = [await first.read(offset, comparedBytes), await second.read(offset, comparedBytes)];
        if (Buffer.compare(ours, theirs) !== 0) return false;
        if (ours.length < comparedBytes) return true;
      }
    } finally {
      await second.close();
    }
  } finally {
    await first.close();
  }
};

/** An error of `link` says little on a network share, see publish.ts: the name is looked at, and its bytes decide. */
const linkOrFindEqual = async (files: LargeStoreFiles, temporary: string, target: string): Promise<void> => {
  try {
    await files.link(temporary, target);
  } catch (error) {
    const happened = await sameBytes(files, temporary, target).catch(() => false);
    if (!happened) throw error;
  }
};

/** Keeps apart what the pieces threw and what the file system said about writing them. */
class PieceFailure {
  readonly cause: unknown;
  constructor(cause: unknown) {
    this.cause = cause;
  }
}

async function* markingFailures(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* pieces;
  } catch (error) {
    throw new PieceFailure(error);
  }
}

/**
 * Publishes a file that need not fit in memory, by the same steps as `publish`: whole or invisible, and durable when this
 * resolves.
 * @param folders what a former publish of this process learnt about the store's folders; without it all are synced again.
 * @throws StoreUnavailable with the system's error as its cause when it could not be written; a retry is safe after it.
 * @throws what `pieces` throws, as it is; nothing is visible then.
 */
export const publishStream = async (
  files: LargeStoreFiles,
  publication: StreamPublication,
  folders = new DurableFolders(files, path.resolve(publication.store)),
): Promise<void> => {
  const { store } = publication;
  const temporary = path.join(store, 'tmp', publication.temporaryName);
  const target = path.join(store, publication.target);
  try {
    await folders.ensure('tmp');
    await folders.ensure(path.dirname(publication.target));
    try {
      await files.createExclusiveFrom(temporary, markingFailures(publication.pieces));
      await linkOrFindEqual(files, temporary, target);
      await files.syncFolder(path.dirname(target));
    } finally {
      // A temporary that cannot be removed now is removed by a later start; the publish itself stands or fell already.
      await files.unlink(temporary).catch(() => {});
    }
  } catch (error) {
    if (error instanceof PieceFailure) throw error.cause;
    throw new StoreUnavailable(
      `The store at ${store} could not be written (${systemCode(error) ?? 'unknown error'}): mount it, free space or fix its permissions.`,
      { cause: error },
    );
  }
};
