/** h5wasm's package exports one shared instance only; this file of it makes a new one at each call. */
declare module '*/h5wasm/dist/esm/hdf5_util.js' {
  const createInstance: (options: { noInitialRun: boolean }) => Promise<typeof import('h5wasm').Module>;
  export default createInstance;
}
