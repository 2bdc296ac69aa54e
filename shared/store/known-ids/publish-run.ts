import { createHash, randomFillSync } from 'node:crypto';
import { createUuidV7Source } from '../../domain/ids.ts';
import { systemClock } from '../../ports/clock.ts';
import type { LargeStoreFiles } from '../files.ts';
import type { DurableFolders } from '../folders.ts';
import { publishStream } from '../publish-stream.ts';
import { RunBuilder } from './build.ts';
import { type RunRef, runPath } from './run.ts';

export interface RunWriting {
  /** Makes the ids of runs, each once; UUIDv7s by the system's clock and randomness unless a simulation passes its own. */
  readonly newRunId?: () => string;
  /** What former publishes of this process learnt about the store's folders. */
  readonly folders?: DurableFolders;
}

const newSystemRunId = createUuidV7Source(systemClock.nowMs, randomFillSync);

/**
 * Publishes what `fill` adds to a builder, under a name of its own. `fill` yields whenever it likes, and what is complete
 * by then is written.
 * @throws StoreUnavailable when the store can't be written, and what `fill` throws; nothing is visible then.
 */
export const publishRun = async (
  files: LargeStoreFiles,
  store: string,
  basePosition: number,
  fill: (builder: RunBuilder) => Iterable<void> | AsyncIterable<void>,
  { newRunId = newSystemRunId, folders }: RunWriting,
): Promise<Required<RunRef>> => {
  const runId = newRunId();
  const target = runPath(runId);
  const builder = new RunBuilder(runId);
  const sha256 = createHash('sha256');
  let bytes = 0;
  const complete = function* (): Generator<Buffer> {
    for (const piece of builder.take()) {
      sha256.update(piece);
      bytes += piece.length;
      yield piece;
    }
  };
  const pieces = async function* (): AsyncGenerator<Buffer> {
    for await (const _ of fill(builder)) yield* complete();
    builder.finish();
    yield* complete();
  };
  await publishStream(files, { store, temporaryName: `${runId}.run`, target, pieces: pieces() }, folders);
  return { path: target, entries: builder.entries, bytes, sha256: sha256.digest('hex'), basePosition };
};
