/** `npm run docs:readme`: writes the tables of the README anew. */
import { readFileSync, writeFileSync } from 'node:fs';
import { updateReadme } from './readme-tables.ts';

const readme = new URL('../../README.md', import.meta.url);
const limitsSource = new URL('../../shared/domain/limits.ts', import.meta.url);

const before = readFileSync(readme, 'utf8');
const after = updateReadme(before, readFileSync(limitsSource, 'utf8'));
if (after === before) {
  console.log('The tables of README.md are up to date.');
} else {
  writeFileSync(readme, after);
  console.log('The tables of README.md were written anew.');
}
