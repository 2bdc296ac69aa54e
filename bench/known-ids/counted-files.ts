import type { RangeReading } from '../../shared/store/files.ts';

export interface ReadCounts {
  opens: number;
  reads: number;
  bytes: number;
}

/** Counts what is read through it. */
export const countReads = <Files extends RangeReading>(files: Files): { files: Files; counts: ReadCounts } => {
  const counts: ReadCounts = { opens: 0, reads: 0, bytes: 0 };
  const openRanges: RangeReading['openRanges'] = async (path) => {
    counts.opens++;
    const file = await files.openRanges(path);
    return {
      bytes: file.bytes,
      close: () => file.close(),
      read: (offset, length) => {
        counts.reads++;
        counts.bytes += length;
        return file.read(offset, length);
      },
    };
  };
  return { files: { ...files, openRanges }, counts };
};
