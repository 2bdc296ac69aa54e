import { settings } from '../../shared/config.ts';
import { limits } from '../../shared/domain/limits.ts';

/** A text in a cell of a Markdown table. */
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ').trim();

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |\n`).join('');

const code = (text: string): string => `\`${text}\``;

export const settingsTable = (): string =>
  table(
    ['Setting', 'Default', 'Unit', 'Why'],
    Object.values(settings).map(({ name, fallback, unit, why }) => [
      code(name),
      fallback === undefined ? '' : code(fallback),
      unit,
      why,
    ]),
  );

/** The line above each limit in `shared/domain/limits.ts`, which says what it counts and why it is so large. */
const limitReasons = (source: string): ReadonlyMap<string, string> =>
  new Map(
    [...source.matchAll(/\/\*\*\s*((?:(?!\*\/)[\s\S])*?)\s*\*\/\s*(\w+):/g)].map(([, comment = '', name = '']) => [
      name,
      comment.replaceAll(/\s*\n\s*\*\s?/g, ' ').replaceAll(/\{@link (\w+)\}/g, '`$1`'),
    ]),
  );

/**
 * @param source the text of `shared/domain/limits.ts`
 * @throws Error when a limit has no comment.
 */
export const limitsTable = (source: string): string => {
  const reasons = limitReasons(source);
  return table(
    ['Limit', 'Value', 'What it bounds'],
    Object.entries(limits).map(([name, value]) => {
      const reason = reasons.get(name);
      if (reason === undefined) throw new Error(`limits.ts does not say what ${name} bounds`);
      return [code(name), value.toLocaleString('en-US'), reason];
    }),
  );
};

/**
 * Puts a table between its two marks, `<!-- name: ... -->` and `<!-- /name -->`.
 * @throws Error when the text has no such marks.
 */
export const replaceTable = (markdown: string, name: string, content: string): string => {
  const marks = new RegExp(`(<!-- ${name}:[^>]*-->\\n)[\\s\\S]*?(<!-- /${name} -->)`);
  if (!marks.test(markdown)) throw new Error(`the README has no place for the table ${name}`);
  return markdown.replace(marks, (_, begin: string, end: string) => `${begin}\n${content}\n${end}`);
};

/** The README with both tables as the code has them now. */
export const updateReadme = (readme: string, limitsSource: string): string =>
  replaceTable(replaceTable(readme, 'settings', settingsTable()), 'limits', limitsTable(limitsSource));
