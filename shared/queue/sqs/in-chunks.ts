import type { ReceiptHandle } from '../../domain/ids.ts';
import { limits } from '../../domain/limits.ts';

/** One entry of a batch call; its id is its index in the call. */
export interface HandleEntry {
  readonly Id: string;
  readonly ReceiptHandle: string;
}

/** What a batch call answers; an entry that is not among the successful ones has failed, whatever else is said. */
export interface ChunkAnswer {
  readonly Successful?: readonly { readonly Id: string | undefined }[] | undefined;
}

const chunksOf = (handles: readonly ReceiptHandle[]): readonly (readonly ReceiptHandle[])[] => {
  const chunks: (readonly ReceiptHandle[])[] = [];
  for (let start = 0; start < handles.length; start += limits.entriesPerCall) {
    chunks.push(handles.slice(start, start + limits.entriesPerCall));
  }
  return chunks;
};

const failedOf = (chunk: readonly ReceiptHandle[], answer: ChunkAnswer): readonly ReceiptHandle[] => {
  const done = new Set((answer.Successful ?? []).map(({ Id }) => Id));
  return chunk.filter((_, index) => !done.has(String(index)));
};

/**
 * Calls `call` with ten handles at a time, at most `parallelCalls` at once, and gathers the handles that failed.
 * A call that fails as a whole fails its own handles only, since the others are done and can't be undone.
 * @throws the last error when every call failed.
 */
export const inChunks = async (
  handles: readonly ReceiptHandle[],
  parallelCalls: number,
  call: (entries: HandleEntry[]) => Promise<ChunkAnswer>,
): Promise<readonly ReceiptHandle[]> => {
  const chunks = chunksOf(handles);
  const failed: (readonly ReceiptHandle[])[] = [];
  const errors: unknown[] = [];
  const waiting = chunks.values();

  const work = async (): Promise<void> => {
    for (const chunk of waiting) {
      try {
        const answer = await call(chunk.map((handle, index) => ({ Id: String(index), ReceiptHandle: handle })));
        failed.push(failedOf(chunk, answer));
      } catch (error) {
        errors.push(error);
        failed.push(chunk);
      }
    }
  };

  await Promise.all(Array.from({ length: Math.min(parallelCalls, chunks.length) }, work));
  if (errors.length > 0 && errors.length === chunks.length) throw errors.at(-1);
  return failed.flat();
};
