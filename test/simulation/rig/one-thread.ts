import { vi } from 'vitest';

// Deflated in this thread: when another one is done would depend on more than the seed.
vi.mock(import('../../../shared/store/hdf5/filters.ts'), async (original) => {
  const filters = await original();
  return {
    ...filters,
    deflateLargeChunk: async (bytes, level) => filters.deflateChunk(bytes, level),
    inflateLargeChunk: async (bytes, byteLength) => filters.inflateChunk(bytes, byteLength),
  };
});
