import path from 'node:path';
import { JournalOwned } from './errors.ts';

/** SQLite's result codes SQLITE_BUSY and SQLITE_LOCKED. */
const heldElsewhere: readonly unknown[] = [5, 6];

/**
 * Takes the folder for this process. The lock is SQLite's exclusive one on an empty database: the kernel holds it,
 * so it vanishes with the process even after kill -9, and SQLite also keeps two journals of one process apart,
 * which a bare POSIX lock would not. Node has no file lock of its own.
 * @throws JournalOwned when somebody has it.
 */
export const ownFolder = async (folder: string): Promise<() => Promise<void>> => {
  // Loaded here, since only who owns a journal needs it.
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(path.join(folder, 'owner.lock'));
  try {
    // No rollback journal: nothing is ever written to the database.
    database.exec('PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=OFF; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (error instanceof Error && 'errcode' in error && heldElsewhere.includes(error.errcode)) {
      throw new JournalOwned(folder, { cause: error });
    }
    throw error;
  }
  return async () => database.close();
};
