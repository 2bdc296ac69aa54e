import { listKeys } from '../../../shared/http/auth/change-keys.ts';
import type { Command } from '../command.ts';
import { renderTable } from '../table.ts';

export const keyList: Command = {
  name: 'key list',
  summary: 'Lists the API keys, never their secrets.',
  positionals: [],
  options: { json: { type: 'boolean', help: 'One JSON object a line.' } },
  run: async ({ options, config, terminal }) => {
    const keys = await listKeys(config.keysFile);
    if (options.json === true) {
      const shown = keys.map(({ sha256: _, ...key }) => `${JSON.stringify(key)}\n`);
      await terminal.out(shown.join(''));
      return 0;
    }
    const rows = keys.map(({ id, actions, consultations, created_at, revoked_at }) => [
      id,
      actions.join(','),
      consultations.join(','),
      created_at,
      revoked_at ?? 'in force',
    ]);
    await terminal.out(
      rows.length === 0
        ? 'There are no keys: only the loopback is served.\n'
        : renderTable([['id', 'actions', 'consultations', 'created', 'revoked'], ...rows], 'words'),
    );
    return 0;
  },
};
