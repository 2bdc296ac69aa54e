// By its path, since the package's own entry keeps one instance for good, and an instance that threw must go.
import createInstance from '../../../node_modules/h5wasm/dist/esm/hdf5_util.js';

/** One instance of the HDF5 library, compiled to WASM and working on files in its own memory. */
export type Hdf5 = Awaited<ReturnType<typeof createInstance>>;

/** WASM memory never shrinks: past this many bytes an instance is replaced by one that starts at 19 MB again. */
const mostHeapBytes = 256 * 1024 * 1024;

const start = async (): Promise<Hdf5> => {
  const hdf5 = await createInstance({ noInitialRun: true });
  // Without it a failed open returns -1, and a corrupt chunk returns wrong bytes.
  hdf5.activate_throwing_error_handler();
  return hdf5;
};

let current: Promise<Hdf5> | undefined;

/**
 * Lets `work` use the library. After a throw HDF5 keeps files open and its state half done, so the instance is thrown
 * away with all that was in its memory, and the next use starts another (20 ms). `work` therefore closes what it opened
 * only when all went well.
 */
export const useHdf5 = async <Result>(work: (hdf5: Hdf5) => Result): Promise<Result> => {
  current ??= start();
  const instance = current;
  const retire = (): void => {
    if (current === instance) current = undefined;
  };
  try {
    const hdf5 = await instance;
    const result = work(hdf5);
    if (hdf5.HEAPU8.length > mostHeapBytes) retire();
    return result;
  } catch (error) {
    retire();
    throw error;
  }
};

let named = 0;

/** A name that no file in memory had before: HDF5 tells files apart by inode, and answers from the older one. */
export const uniqueName = (): string => `/part-${++named}.h5`;

/** Copies `bytes` into the library's memory for as long as `use` runs. */
export const withBytes = (hdf5: Hdf5, bytes: Uint8Array, use: (pointer: bigint) => void): void => {
  const pointer = hdf5._malloc(bytes.length);
  if (pointer === 0) throw new RangeError(`no memory for ${bytes.length} bytes`);
  hdf5.HEAPU8.set(bytes, pointer);
  use(BigInt(pointer));
  hdf5._free(pointer);
};

/** Gives `fill` a block of the library's memory, and hands back a copy of what it put there. */
export const takeBytes = (hdf5: Hdf5, byteLength: number, fill: (pointer: bigint) => void): Uint8Array<ArrayBuffer> => {
  const pointer = hdf5._malloc(byteLength);
  if (pointer === 0) throw new RangeError(`no memory for ${byteLength} bytes`);
  fill(BigInt(pointer));
  // The memory may have grown meanwhile, which replaces `HEAPU8`.
  const bytes = new Uint8Array(hdf5.HEAPU8.subarray(pointer, pointer + byteLength));
  hdf5._free(pointer);
  return bytes;
};
