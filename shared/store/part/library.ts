import { ready } from 'h5wasm';

type Library = Awaited<typeof ready>;

let opened = 0;

/**
 * The HDF5 library, compiled to WASM and working on files in memory: unlike `h5wasm/node` it leaks no descriptor when it
 * throws. Without the throwing handler a failed open returns -1 and a corrupt chunk returns wrong bytes.
 */
export const openLibrary = async (): Promise<Library> => {
  const library = await ready;
  library.activate_throwing_error_handler();
  return library;
};

/**
 * A name that no file in memory had before: after an error HDF5 may keep a file open, and the same name opened again
 * then gives its stale bytes.
 */
export const uniqueMemoryName = (): string => `/part-${++opened}.h5`;
