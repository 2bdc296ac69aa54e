import { type Command, textOption } from '../command.ts';
import { actOnLetters } from '../replay/act.ts';
import { actOptions, connectionOptions, filterOptions } from '../replay/options.ts';

export const replayRetry: Command = {
  name: 'replay retry',
  summary: 'Sends letters to the queue again; nothing is stored twice.',
  positionals: ['[LETTER...]'],
  options: {
    ...filterOptions,
    ...actOptions,
    note: { type: 'string', placeholder: 'TEXT', help: 'Why; kept in quarantine.' },
    ...connectionOptions,
  },
  run: (context) => actOnLetters('/quarantine/retry', textOption(context.options, 'note'), context),
};
