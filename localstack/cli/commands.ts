import type { Command } from './command.ts';
import { cat } from './commands/cat.ts';
import { keyCreate } from './commands/key-create.ts';
import { keyList } from './commands/key-list.ts';
import { keyRevoke } from './commands/key-revoke.ts';
import { logKey } from './commands/log-key.ts';
import { stats } from './commands/stats.ts';
import { tail } from './commands/tail.ts';

/** In the order of the help. */
export const commands: readonly Command[] = [tail, cat, stats, keyCreate, keyList, keyRevoke, logKey];
