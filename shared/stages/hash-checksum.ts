import { createXXHash3 } from 'hash-wasm';
import { type HashEvent, hashEvent } from './hash.ts';

/**
 * HASH with the report's trade beside it (`FI_XXH3`), for those who want to see its cost on their machine: the 64-bit xxh3
 * of the payload's bytes next to SHA-256, never instead of it. It proves nothing, so that it goes neither into the leaf
 * nor into a part; what it costs shows in the HASH histogram, and that is all it is for.
 * @param sink gets each checksum, as 16 hexadecimal digits.
 */
export const createChecksummingHash = async (sink: (checksum: string) => void = () => {}): Promise<HashEvent> => {
  const xxh3 = await createXXHash3();
  return (event) => {
    sink(xxh3.init().update(event.payload).digest());
    return hashEvent(event);
  };
};
