import { createUuidV7Source } from '../../../../shared/domain/ids.ts';
import { systemClock } from '../../../../shared/ports/clock.ts';
import { nodeStoreFiles } from '../../../../shared/store/files.ts';
import { Merger, type MergerOptions } from '../../../../shared/store/merge/merger.ts';
import { silentLogger } from '../../../../shared/telemetry/log.ts';
import { type SealRig, signer } from '../seal/rig.ts';

export const newId = createUuidV7Source(() => Date.now());

/** Merges whatever there is to merge, each at once. */
export const mergerOf = ({ folder }: SealRig, changes: Partial<MergerOptions> = {}): Merger =>
  new Merger({
    folder,
    files: nodeStoreFiles,
    clock: systemClock,
    logger: silentLogger,
    newId,
    limits: { inputs: 100, events: 131_072, bytes: 64 * 1024 * 1024 },
    mostIds: 1_000_000,
    compressionOf: () => 'gzip-9',
    graceMs: 600_000,
    openSigner: async () => signer,
    checkpointFolder: undefined,
    ...changes,
  });
