import type { Command } from '../command.ts';
import type { LetterLine } from '../replay/answers.ts';
import { clientOf, connectionOptions } from '../replay/options.ts';
import { renderTable } from '../table.ts';

const render = (letter: LetterLine): string => {
  const { record, settlement, ...members } = letter;
  const rows = Object.entries(members).map(([name, value]) => [name, String(value)]);
  const settled = Object.entries(settlement ?? {}).map(([name, value]) => [name, String(value)]);
  return `${renderTable([...rows, ...settled], 'words')}\n${record ?? '(pieces of the record are missing)'}\n`;
};

export const replayShow: Command = {
  name: 'replay show',
  summary: 'Shows one letter with its record.',
  positionals: ['LETTER'],
  options: { json: { type: 'boolean', help: 'As one JSON object.' }, ...connectionOptions },
  run: async ({ options, positionals: [letterId = ''], config, terminal }) => {
    const letter = await clientOf(options, config).get<LetterLine>(`/quarantine/${encodeURIComponent(letterId)}`);
    await terminal.out(options.json === true ? `${JSON.stringify(letter)}\n` : render(letter));
    return 0;
  },
};
