import { createKey } from '../../../shared/http/auth/change-keys.ts';
import { actions as actionNames, isAction } from '../../../shared/http/auth/principal.ts';
import { createLogger } from '../../../shared/telemetry/log.ts';
import { type Command, textOption, WrongUsage } from '../command.ts';

const listOf = (text: string): readonly string[] =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');

export const keyCreate: Command = {
  name: 'key create',
  summary: 'Makes an API key and shows it once.',
  positionals: [],
  options: {
    consultations: {
      type: 'string',
      placeholder: 'PATTERNS',
      help: "Ids, or beginnings of ids and a *, divided by commas: 'abc*,x-1'. Needed.",
    },
    actions: {
      type: 'string',
      placeholder: 'ACTIONS',
      default: 'append,read',
      help: 'Of append, read and replay, divided by commas.',
    },
  },
  run: async ({ options, config, terminal }) => {
    const consultations = textOption(options, 'consultations');
    if (consultations === undefined) throw new WrongUsage('"fi key create" needs --consultations, e.g. \'abc*\'');
    const actions = listOf(textOption(options, 'actions') ?? '');
    const wrong = actions.find((action) => !isAction(action));
    if (wrong !== undefined) {
      throw new WrongUsage(`--actions: ${JSON.stringify(wrong)} is none of ${actionNames.join(', ')}`);
    }
    const { key } = await createKey(config.keysFile, {
      consultations: listOf(consultations),
      actions: actions.filter(isAction),
      nowMs: Date.now(),
      logger: createLogger(config.logLevel, terminal.err),
    });
    await terminal.out(`${key}\n`);
    terminal.err('This is shown once. Send it as "Authorization: Bearer <key>"; from now on every call needs a key.\n');
    return 0;
  },
};
