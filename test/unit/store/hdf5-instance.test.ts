import { describe, expect, it } from 'vitest';
import { uniqueName, useHdf5 } from '../../../shared/store/part/hdf5.ts';

const instance = () => useHdf5((hdf5) => hdf5);

describe("HDF5's instance", () => {
  it('is kept while all goes well', async () => {
    expect(await instance()).toBe(await instance());
  });

  it('goes with the first error, and what it had open goes with it', async () => {
    const before = await instance();
    const name = uniqueName();
    const failed = useHdf5((hdf5) => {
      hdf5.FS.writeFile(name, 'no part');
      return hdf5.open(name, hdf5.H5F_ACC_RDONLY, false, -1, -1);
    });
    await expect(failed).rejects.toThrow();
    const after = await instance();
    expect(after).not.toBe(before);
    expect(after.FS.analyzePath(name, false).exists).toBe(false);
  });

  it('goes when its memory, which never shrinks, has grown large', async () => {
    const before = await instance();
    await useHdf5((hdf5) => hdf5._free(hdf5._malloc(300 * 1024 * 1024)));
    expect(before.HEAPU8.length).toBeGreaterThan(300 * 1024 * 1024);
    const after = await instance();
    expect(after).not.toBe(before);
    expect(after.HEAPU8.length).toBeLessThan(64 * 1024 * 1024);
  });

  it('reports an error of HDF5 instead of a number', async () => {
    await expect(useHdf5((hdf5) => hdf5.open('/not-there.h5', hdf5.H5F_ACC_RDONLY, false, -1, -1))).rejects.toThrow(
      /unable to open file/,
    );
  });
});

it('no name in memory is used twice, since HDF5 answers from the file that had it first', () => {
  const names = Array.from({ length: 100 }, uniqueName);
  expect(new Set(names).size).toBe(names.length);
});
