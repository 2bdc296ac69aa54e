import type { RangeFile, SealFiles, StoreFiles } from '../../../shared/store/files.ts';
import type { Medium } from './media.ts';
import type { Pipe } from './pipe.ts';

/** What a model has of the world; a test can give it a simulated one. */
export interface MediumPorts {
  /** Wall-clock milliseconds with their fractions: all threads must mean the same by them. */
  nowMs(): number;
  sleep(ms: number): Promise<void>;
  readonly device: Pipe;
  readonly network: Pipe;
}

/** What one call costs. */
interface Cost {
  /** Bytes that go over the network, and bytes that reach the device. */
  readonly sentBytes: number;
  readonly writtenBytes: number;
  readonly roundTrips: number;
  /** How long until what was written is safe on the device; undefined where nobody waits for that. */
  readonly syncMs: number | undefined;
}

const bytesPerMegabyte = 1e6;

/** Timers wake up late; what was slept too long is made up for by the next waits, but not more than this. */
const mostCreditMs = 20;

/** Open, write and commit, as NFS has them. */
const createRoundTrips = 3;

const free: Cost = { sentBytes: 0, writtenBytes: 0, roundTrips: 0, syncMs: undefined };

/** When a call that began at `startMs` is done on the medium. */
const endOf = (cost: Cost, startMs: number, { network, ...device }: Medium, pipes: MediumPorts): number => {
  const { sentBytes, writtenBytes, roundTrips, syncMs } = cost;
  let atMs = startMs;
  if (network !== undefined) {
    const sendingMs = (sentBytes / bytesPerMegabyte / network.megabytesPerSecond) * 1_000;
    atMs = pipes.network.occupy(atMs, sendingMs) + roundTrips * network.roundTripMs;
  }
  if (syncMs === undefined) return atMs;
  const operationMs = 1_000 / device.operationsPerSecond;
  const writingMs = (writtenBytes / bytesPerMegabyte / device.megabytesPerSecond) * 1_000;
  return pipes.device.occupy(atMs, operationMs + writingMs) + Math.max(0, syncMs - operationMs);
};

/**
 * Files that take as long as on another medium: each call is made, and then waited for until the medium would have had it. What it models:
 * writes reach the device when they are synced, one after another. On a device of this machine names cost nothing until their folder is
 * synced; over a network each change of a name is a round trip and a sync of the server's, as NFS has it. What is read lies in a cache, so
 * that it costs its way over the network. A call that takes longer by itself is not made quicker.
 */
export const modelFiles = (
  files: StoreFiles & SealFiles,
  medium: Medium,
  ports: MediumPorts,
): StoreFiles & SealFiles => {
  const isRemote = medium.network !== undefined;
  const { syncMs, folderSyncMs = syncMs } = medium;
  let creditMs = 0;

  const waitUntil = async (endMs: number): Promise<void> => {
    const startMs = ports.nowMs();
    const leftMs = endMs - startMs;
    if (leftMs <= 0) return;
    if (creditMs >= leftMs) {
      creditMs -= leftMs;
      return;
    }
    const askedMs = leftMs - creditMs;
    await ports.sleep(askedMs);
    creditMs = Math.min(mostCreditMs, Math.max(0, ports.nowMs() - startMs - askedMs));
  };

  const costing = async <Result>(
    costOf: (result: Result) => Partial<Cost>,
    call: () => Promise<Result>,
  ): Promise<Result> => {
    const startMs = ports.nowMs();
    const result = await call();
    await waitUntil(endOf({ ...free, ...costOf(result) }, startMs, medium, ports));
    return result;
  };

  const written = (bytes: number) => (): Partial<Cost> => ({
    sentBytes: bytes,
    writtenBytes: bytes,
    roundTrips: createRoundTrips,
    syncMs,
  });
  const named = (): Partial<Cost> => ({ roundTrips: 1, syncMs: isRemote ? folderSyncMs : undefined });
  const asked = (): Partial<Cost> => ({ roundTrips: 1 });
  const read = ({ length }: Uint8Array): Partial<Cost> => ({ sentBytes: length, roundTrips: 1 });

  const modelRanges = (range: RangeFile): RangeFile => ({
    ...range,
    read: (offset, length) => costing(read, () => range.read(offset, length)),
  });

  return {
    read: (path) => costing(read, () => files.read(path)),
    list: (folder) => costing(asked, () => files.list(folder)),
    openRanges: async (path) => modelRanges(await costing(asked, () => files.openRanges(path))),
    createExclusive: (path, bytes) => costing(written(bytes.length), () => files.createExclusive(path, bytes)),
    createExclusiveFrom: async (path, pieces) => {
      let bytes = 0;
      const counted = async function* () {
        for await (const piece of pieces) {
          bytes += piece.length;
          yield piece;
        }
      };
      await costing(
        () => written(bytes)(),
        () => files.createExclusiveFrom(path, counted()),
      );
    },
    link: (from, to) => costing(named, () => files.link(from, to)),
    unlink: (path) => costing(named, () => files.unlink(path)),
    rename: (from, to) => costing(named, () => files.rename(from, to)),
    makeFolder: (path) => costing(named, () => files.makeFolder(path)),
    removeFolder: (path) => costing(named, () => files.removeFolder(path)),
    syncFolder: (path) =>
      costing(
        () => ({ roundTrips: 1, syncMs: isRemote ? undefined : folderSyncMs }),
        () => files.syncFolder(path),
      ),
    modifiedAtMs: (path) => costing(asked, () => files.modifiedAtMs(path)),
    freeBytes: (folder) => costing(asked, () => files.freeBytes(folder)),
  };
};
