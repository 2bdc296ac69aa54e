import { revokeKey } from '../../../shared/http/auth/change-keys.ts';
import { createLogger } from '../../../shared/telemetry/log.ts';
import type { Command } from '../command.ts';

export const keyRevoke: Command = {
  name: 'key revoke',
  summary: 'Revokes an API key; running hosts follow within a second.',
  positionals: ['ID'],
  options: {},
  run: async ({ positionals: [id = ''], config, terminal }) => {
    await revokeKey(config.keysFile, id, {
      nowMs: Date.now(),
      logger: createLogger(config.logLevel, terminal.err),
    });
    await terminal.out(`${id} is revoked\n`);
    return 0;
  },
};
