import path from 'node:path';
import { StoreUnsuitable } from '../../shared/domain/errors.ts';
import { type Clock, systemClock } from '../../shared/ports/clock.ts';
import { inTime } from '../../shared/ports/in-time.ts';
import { type FilePublishing, nodeStoreFiles } from '../../shared/store/files.ts';
import { DurableFolders } from '../../shared/store/folders.ts';
import { requireLinks } from '../../shared/store/require-links.ts';
import type { Logger } from '../../shared/telemetry/log.ts';

/** A start waits no longer for a share: it may be away as long as it likes, and events are refused meanwhile. */
const mostMs = 5_000;

/** What a check may be given by a test. */
export interface StoreCheck {
  readonly files?: FilePublishing;
  readonly clock?: Pick<Clock, 'after'>;
}

/**
 * Looks whether the store's file system has what publishing needs. A store that can't be looked at now is no reason not to start.
 * @throws StoreUnsuitable when it never will do.
 */
export const requireSuitableStore = async (
  storeDir: string,
  logger: Logger,
  { files = nodeStoreFiles, clock = systemClock }: StoreCheck = {},
): Promise<void> => {
  const look = async (): Promise<void> => {
    await new DurableFolders(files, path.resolve(storeDir)).ensure('tmp');
    await requireLinks(files, path.join(storeDir, 'tmp'));
  };
  try {
    await inTime(look(), 'the store', { clock, timeoutMs: mostMs });
  } catch (error) {
    if (error instanceof StoreUnsuitable) throw error;
    logger.warn('the store cannot be written for now; it is tried again with every batch', { path: storeDir, error });
  }
};
