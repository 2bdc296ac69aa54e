import type { Logger } from '../../telemetry/log.ts';
import type { CommitLog } from './commit-log.ts';
import { type CommitWriting, publishSnapshot } from './publish-commit.ts';

/** Publishes the snapshot that is due, if any. One that can't be written costs those who start some time, and nothing else. */
export const publishDueSnapshot = async (log: CommitLog, commits: CommitWriting, logger: Logger): Promise<void> => {
  const due = log.takeSnapshotDue();
  if (due === undefined) return;
  try {
    await publishSnapshot(commits, due);
  } catch (error) {
    logger.warn('a snapshot of the log could not be written; starts take longer until the next', { error });
  }
};
