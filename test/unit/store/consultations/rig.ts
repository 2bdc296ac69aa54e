import { randomFillSync } from 'node:crypto';
import type { ConsultationId } from '../../../../shared/domain/ids.ts';
import { createUuidV7Source } from '../../../../shared/domain/ids.ts';
import { SpanKeeper } from '../../../../shared/store/consultations/keeper.ts';
import { Whereabouts } from '../../../../shared/store/consultations/whereabouts.ts';
import { nodeStoreFiles } from '../../../../shared/store/files.ts';
import { DurableFolders } from '../../../../shared/store/folders.ts';
import { silentLogger } from '../../../../shared/telemetry/log.ts';
import { eventOf } from '../events.ts';
import { createSealRig, type SealRig } from '../seal/rig.ts';

const newId = createUuidV7Source(Date.now, randomFillSync);

/** So that a few events have spans of three levels. */
export const positions = 2;

export const keeperOf = (folder: string): SpanKeeper =>
  new SpanKeeper({
    folder,
    files: nodeStoreFiles,
    folders: new DurableFolders(nodeStoreFiles, folder),
    newId,
    logger: silentLogger,
    positions,
  });

export const whereaboutsOf = (folder: string, files = nodeStoreFiles): Whereabouts =>
  new Whereabouts({ folder, files, logger: silentLogger, positions });

/** Writes all spans that are missing. */
export const extendToTheEnd = async (rig: SealRig, keeper = keeperOf(rig.folder)): Promise<void> => {
  while ((await keeper.extend(await rig.state())) > 0);
};

/** A store in which the events, given by the numbers of their consultations, are sealed some at a time. */
export const sealedRig = async (consultations: readonly number[], perCommit: number): Promise<SealRig> => {
  const rig = createSealRig();
  const sealer = rig.sealer();
  for (let at = 0; at < consultations.length; at += perCommit) {
    const events = consultations
      .slice(at, at + perCommit)
      .map((number, index) => eventOf(at + index, { consultationId: consultationOf(number), requestIndex: index }));
    await rig.store(...events);
    await sealer.seal();
  }
  return rig;
};

export const consultationOf = (number: number): ConsultationId => `consultation-${number}` as ConsultationId;
