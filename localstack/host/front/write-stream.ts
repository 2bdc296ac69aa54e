import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { StreamedAnswer } from './raw-request.ts';

/** A client that takes nothing for so long is cut off; it comes again with the id of what it saw last. */
const stalledMs = 60_000;

/** What a client that is slow gets to take the rest, once the host ends. */
const lastWriteMs = 1_000;

export interface StreamWriting {
  readonly close: boolean;
  /** Fires when the host ends. */
  readonly ending: AbortSignal;
}

/** Writes an answer that goes on until its client or the host ends it. Never rejects. */
export const writeStream = async (
  response: ServerResponse,
  answer: StreamedAnswer,
  { close, ending }: StreamWriting,
): Promise<void> => {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  if (response.destroyed) gone.abort();
  const hurry = (): void => void setTimeout(() => response.destroy(), lastWriteMs).unref();

  /** Resolves when the client has taken all of it, or will not take any more. */
  const taken = async (): Promise<void> => {
    const stalled = setTimeout(() => response.destroy(), stalledMs);
    if (ending.aborted) hurry();
    ending.addEventListener('abort', hurry);
    try {
      await once(response, 'drain', { signal: gone.signal });
    } catch {
      // The client is gone, and whoever writes sees that.
    } finally {
      clearTimeout(stalled);
      ending.removeEventListener('abort', hurry);
    }
  };

  response.writeHead(answer.statusCode, { ...answer.headers, ...(close ? { connection: 'close' } : {}) });
  response.flushHeaders();
  await answer.follow({
    gone: gone.signal,
    write: async (text) => {
      if (gone.signal.aborted || text === '' || response.write(text)) return;
      await taken();
    },
  });
  response.end();
};
