import xxhash from 'xxhash-wasm';
import { type HashEvent, hashEvent } from './hash.ts';

/**
 * HASH with the report's trade beside it (`FI_XXH3`), for those who want to see its cost on their machine: a 64-bit
 * xxHash of the payload's bytes next to SHA-256, never instead of it. It proves nothing, so that it goes neither into the leaf
 * nor into a part; what it costs shows in the HASH histogram, and that is all it is for. The WASM build offers XXH64,
 * the older sister of XXH3.
 * @param sink gets each checksum.
 */
export const createChecksummingHash = async (sink: (checksum: bigint) => void = () => {}): Promise<HashEvent> => {
  const { h64 } = await xxhash();
  return (event) => {
    sink(h64(event.payload));
    return hashEvent(event);
  };
};
