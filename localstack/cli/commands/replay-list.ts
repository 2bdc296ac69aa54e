import type { Command } from '../command.ts';
import { textOption } from '../command.ts';
import type { LetterLine, LetterPageAnswer } from '../replay/answers.ts';
import {
  clientOf,
  connectionOptions,
  filterOf,
  filterOptions,
  lettersPerCall,
  positiveOption,
} from '../replay/options.ts';
import { renderTable } from '../table.ts';

const stateOf = ({ state, settlement }: LetterLine): string => settlement?.action ?? state;

const rowOf = (letter: LetterLine): readonly string[] => [
  letter.letter_id,
  letter.reason,
  String(letter.attempt),
  letter.quarantined_at,
  stateOf(letter),
  letter.consultation_id ?? '-',
  letter.event_id ?? '-',
];

const head = ['letter', 'reason', 'attempt', 'since', 'state', 'consultation', 'event'];

export const replayList: Command = {
  name: 'replay list',
  summary: 'Lists what could not be stored, with its reasons.',
  positionals: [],
  options: {
    ...filterOptions,
    state: { type: 'string', placeholder: 'STATE', default: 'open', help: 'open, settled or all.' },
    limit: { type: 'string', short: 'n', placeholder: 'COUNT', default: '100', help: 'So many letters at most.' },
    json: { type: 'boolean', help: 'One JSON object a line.' },
    ...connectionOptions,
  },
  run: async ({ options, config, terminal, signal }) => {
    const client = clientOf(options, config);
    const query = { ...filterOf(options), state: textOption(options, 'state') ?? 'open' };
    const limit = positiveOption(options, 'limit') ?? lettersPerCall;
    const letters: LetterLine[] = [];
    const unreadable: string[] = [];
    let next: string | null = null;
    do {
      const page = {
        limit: String(Math.min(lettersPerCall, limit - letters.length)),
        ...(next === null ? {} : { after: next }),
      };
      const answer: LetterPageAnswer = await client.get('/quarantine', { ...query, ...page });
      letters.push(...answer.letters);
      unreadable.push(...(answer.unreadable ?? []));
      next = answer.next;
      terminal.progress(`${letters.length} letters`);
    } while (next !== null && letters.length < limit && !signal.aborted);
    terminal.progress('');
    if (options.json === true) await terminal.out(letters.map((letter) => `${JSON.stringify(letter)}\n`).join(''));
    else if (letters.length > 0) await terminal.out(renderTable([head, ...letters.map(rowOf)], 'words'));
    else await terminal.out('No letter matches.\n');
    if (next !== null) terminal.err('There may be more: --limit shows them.\n');
    for (const letterId of unreadable) terminal.err(`fi: the file of the letter ${letterId} is damaged\n`);
    return unreadable.length === 0 ? 0 : 1;
  },
};
