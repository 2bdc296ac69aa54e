import path from 'node:path';
import { StoreUnavailable } from '../domain/errors.ts';
import type { ConsultationId } from '../domain/ids.ts';
import { isAbsent, systemCode } from '../store/files.ts';
import type { KeyStoreFiles } from './files.ts';
import { isRecordOf } from './record.ts';

/**
 * Removes what writers that died left of a consultation in `tmp/`: a key there would undo its erasure.
 * @throws StoreUnavailable when the folder can't be searched, or a file not be removed.
 */
export const eraseTemporaries = async (
  files: KeyStoreFiles,
  folder: string,
  consultationId: ConsultationId,
): Promise<void> => {
  const temporaries = path.join(folder, 'tmp');
  try {
    for (const name of await files.list(temporaries)) {
      const file = path.join(temporaries, name);
      const bytes = await files.read(file).catch((error: unknown) => {
        // Not when it is stale: it was there, and may be again.
        if (isAbsent(error)) return undefined;
        throw error;
      });
      if (bytes === undefined || !isRecordOf(bytes, consultationId)) continue;
      await files.unlink(file).catch((error: unknown) => {
        if (!isAbsent(error)) throw error;
      });
    }
    await files.syncFolder(temporaries);
  } catch (error) {
    if (isAbsent(error)) return;
    throw new StoreUnavailable(
      `The key is erased, but ${temporaries} could not be searched for copies that a crash left (${systemCode(error)}): erase again.`,
      { cause: error },
    );
  }
};
