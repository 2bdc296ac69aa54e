import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { allDocuments } from './documents/all.ts';
import { newestRuns, runKinds } from './documents/newest-runs.ts';
import { writeDocuments } from './documents/write-documents.ts';

const help = `npm run docs:measured -- [--results DIR] [--output DIR] [--check]

Writes the report's five documents from the newest full runs: what it claimed, what was measured, what to do. A document whose runs are missing
is not written, and stays as it is. Runs that left something out (--quick, --only) do not count.

  --results DIR  where the JSON of npm run bench, bench:profile, bench:peers and fi capacity is, and the folder tune (bench-results)
  --output DIR   where the documents go (docs)
  --check        ends with 1 when a document could not be written

Documents and their runs:
${allDocuments.map(({ file, needs }) => `  ${file.padEnd(36)}${needs.map((name) => runKinds[name].command).join(', ')}`).join('\n')}`;

const read = () => {
  const { values } = parseArgs({
    options: {
      results: { type: 'string', default: 'bench-results' },
      output: { type: 'string', default: 'docs' },
      check: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  return values.help ? undefined : values;
};

/** @returns whether all of them could be written */
const writeAll = (results: string, output: string): boolean => {
  const runs = existsSync(results) ? newestRuns(results) : {};
  const documents = writeDocuments(runs, output);
  for (const { file, missing } of documents) {
    const target = path.join(output, file);
    console.log(missing.length === 0 ? `${target} is written` : `${target} is not: run ${missing.join(' and ')} first`);
  }
  return documents.every(({ missing }) => missing.length === 0);
};

try {
  const given = read();
  if (given === undefined) console.log(help);
  else if (!writeAll(given.results, given.output) && given.check) process.exitCode = 1;
} catch (error) {
  console.error(`${error instanceof Error ? error.message : error}; --help tells more`);
  process.exitCode = 2;
}
