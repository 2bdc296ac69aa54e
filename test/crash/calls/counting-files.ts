import type { RangeFile, SealFiles, StoreFiles } from '../../../shared/store/files.ts';

type Files = StoreFiles & SealFiles;

const isOpen = (result: unknown): result is RangeFile =>
  typeof result === 'object' && result !== null && 'close' in result;

/** The file system with its calls counted; the `failing`th is done, and then fails, as where a server's answer is lost. */
export const countingFiles = (files: Files, failing: number): { readonly files: Files; calls(): number } => {
  let calls = 0;
  const counted =
    <Arguments extends unknown[], Result>(call: (...args: Arguments) => Promise<Result>) =>
    async (...args: Arguments): Promise<Result> => {
      const mine = ++calls;
      const result = await call(...args);
      if (mine !== failing) return result;
      // Nobody gets what it opened.
      if (isOpen(result)) await result.close();
      throw Object.assign(new Error('EIO: the answer was lost'), { code: 'EIO' });
    };
  return {
    files: {
      read: counted((file) => files.read(file)),
      list: counted((folder) => files.list(folder)),
      createExclusive: counted((file, bytes) => files.createExclusive(file, bytes)),
      createExclusiveFrom: counted((file, pieces) => files.createExclusiveFrom(file, pieces)),
      openRanges: counted((file) => files.openRanges(file)),
      link: counted((from, to) => files.link(from, to)),
      unlink: counted((file) => files.unlink(file)),
      rename: counted((from, to) => files.rename(from, to)),
      makeFolder: counted((folder) => files.makeFolder(folder)),
      removeFolder: counted((folder) => files.removeFolder(folder)),
      syncFolder: counted((folder) => files.syncFolder(folder)),
      modifiedAtMs: counted((file) => files.modifiedAtMs(file)),
      freeBytes: counted((folder) => files.freeBytes(folder)),
    },
    calls: () => calls,
  };
};
