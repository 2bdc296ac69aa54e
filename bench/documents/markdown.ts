import type { Claim } from './claims.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** A table with its head; rows as long as the head. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
};

export const heading = (level: 1 | 2 | 3, text: string): string => `${'#'.repeat(level)} ${text}`;

export const list = (sentences: readonly string[]): string => sentences.map((sentence) => `- ${sentence}`).join('\n');

/** What the report says, in its words. */
export const quoted = ({ section, quote }: Claim): string => `> ${quote}\n>\n> (report, section ${section})`;

/** A document of its parts; those that are empty are left out. */
export const page = (parts: readonly string[]): string => `${parts.filter((part) => part !== '').join('\n\n')}\n`;
