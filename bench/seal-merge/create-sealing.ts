import { randomFillSync } from 'node:crypto';
import { createUuidV7Source } from '../../shared/domain/ids.ts';
import { systemClock } from '../../shared/ports/clock.ts';
import { nodeStoreFiles, type SealFiles } from '../../shared/store/files.ts';
import { openSigner } from '../../shared/store/log/note/signer.ts';
import { Merger } from '../../shared/store/merge/merger.ts';
import type { Compression } from '../../shared/store/port.ts';
import { Sealer } from '../../shared/store/seal/sealer.ts';
import { silentLogger } from '../../shared/telemetry/log.ts';

export interface SealingOptions {
  /** The store's folder. */
  readonly folder: string;
  /** The file system; by default this machine's. */
  readonly files?: SealFiles;
  /** Most events of a commit. */
  readonly batchEvents: number;
  /** What the log is signed with. */
  readonly key: string;
  /** Of merged parts. */
  readonly compression: Compression;
}

/** What seals and merges a store; all that is in level 0 is due at once. */
export const createSealing = ({ folder, files = nodeStoreFiles, batchEvents, key, compression }: SealingOptions) => {
  const common = {
    folder,
    files,
    clock: systemClock,
    logger: silentLogger,
    newId: createUuidV7Source(Date.now, randomFillSync),
    graceMs: 600_000,
    openSigner: async () => openSigner(key),
    checkpointFolder: undefined,
  };
  const sealer = new Sealer({
    ...common,
    pace: { waitingParts: 1, waitingMs: 0 },
    batch: { events: batchEvents, bytes: 16 * 1024 * 1024 },
    compressionOf: () => 'gzip-1',
    quarantine: async () => {},
  });
  const merger = new Merger({
    ...common,
    limits: { inputs: 100, events: 131_072, bytes: 64 * 1024 * 1024 },
    mostIds: 50_000_000,
    compressionOf: () => compression,
  });
  return { sealer, merger };
};
