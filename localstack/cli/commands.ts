import type { Command } from './command.ts';
import { capacity } from './commands/capacity.ts';
import { cat } from './commands/cat.ts';
import { eraseConsultation } from './commands/erase.ts';
import { exportEvents } from './commands/export.ts';
import { keyCreate } from './commands/key-create.ts';
import { keyList } from './commands/key-list.ts';
import { keyRevoke } from './commands/key-revoke.ts';
import { logKey } from './commands/log-key.ts';
import { replayDiscard } from './commands/replay-discard.ts';
import { replayList } from './commands/replay-list.ts';
import { replayRetry } from './commands/replay-retry.ts';
import { replayShow } from './commands/replay-show.ts';
import { retainDays } from './commands/retain.ts';
import { stats } from './commands/stats.ts';
import { tail } from './commands/tail.ts';
import { verify } from './commands/verify.ts';

/** In the order of the help. */
export const commands: readonly Command[] = [
  tail,
  cat,
  stats,
  verify,
  exportEvents,
  retainDays,
  eraseConsultation,
  replayList,
  replayShow,
  replayRetry,
  replayDiscard,
  keyCreate,
  keyList,
  keyRevoke,
  logKey,
  capacity,
];
