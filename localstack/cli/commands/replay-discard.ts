import { type Command, textOption, WrongUsage } from '../command.ts';
import { actOnLetters } from '../replay/act.ts';
import { actOptions, connectionOptions, filterOptions } from '../replay/options.ts';

export const replayDiscard: Command = {
  name: 'replay discard',
  summary: 'Gives letters up, for a reason that is kept.',
  positionals: ['[LETTER...]'],
  options: {
    ...filterOptions,
    ...actOptions,
    note: { type: 'string', placeholder: 'TEXT', help: 'Why; kept in quarantine. Needed.' },
    ...connectionOptions,
  },
  run: async (context) => {
    const note = textOption(context.options, 'note');
    if (note === undefined || note.trim() === '') {
      throw new WrongUsage('"fi replay discard" needs --note, which says why');
    }
    return actOnLetters('/quarantine/discard', note, context);
  },
};
