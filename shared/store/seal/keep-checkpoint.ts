import { type CheckpointKeeping, keepCheckpoint } from '../log/checkpoint-folder.ts';
import { publishReplacing } from '../publish.ts';
import { checkpointPath } from './guard.ts';
import type { SealWriting } from './prepare.ts';

/**
 * Puts the newest checkpoint where others look for it: into the log's folder, and into the folder outside the store.
 * @throws StoreUnavailable
 */
export const keepNewest = async (
  writing: SealWriting,
  outside: CheckpointKeeping | undefined,
  checkpoint: string,
  nowMs: number,
): Promise<void> => {
  const { files, store, folders, newId } = writing;
  const bytes = Buffer.from(checkpoint, 'utf8');
  const publication = { store, temporaryName: `${newId()}.checkpoint`, target: checkpointPath, bytes };
  await publishReplacing(files, publication, folders);
  if (outside) await keepCheckpoint(outside, checkpoint, nowMs);
};
