import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { limitsTable, replaceTable, settingsTable, updateReadme } from '../../../localstack/cli/readme-tables.ts';
import { settings } from '../../../shared/config.ts';
import { limits } from '../../../shared/domain/limits.ts';

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const limitsSource = read('shared/domain/limits.ts');

test('the README has the settings and limits of the code ("npm run docs:readme" writes them)', () => {
  const readme = read('README.md');
  expect(readme).toBe(updateReadme(readme, limitsSource));
});

test('every setting and every limit has a line with a reason', () => {
  const lines = (table: string): string[] => table.trimEnd().split('\n').slice(2);
  expect(lines(settingsTable())).toHaveLength(Object.keys(settings).length);
  const limitLines = lines(limitsTable(limitsSource));
  expect(limitLines).toHaveLength(Object.keys(limits).length);
  for (const line of limitLines) expect(line).toMatch(/^\| `\w+` \| [\d,]+ \| [A-Z][^|]+\. \|$/);
});

test('a limit without a comment is an error', () => {
  expect(() => limitsTable('')).toThrow('messageBytes');
});

test('a README without a place for a table is an error', () => {
  expect(() => replaceTable('text', 'limits', '')).toThrow('limits');
});
