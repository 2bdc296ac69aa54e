import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { newestRuns } from './documents/newest-runs.ts';
import { writeDocuments } from './documents/write-documents.ts';

const help = `npm run docs:measured -- [--results DIR] [--output DIR] [--check]

Writes docs/LATENCY_BUDGET.md, MICRO_PROFILING_PLAN.md and BENCHMARK_REPORT.md from the newest full runs: what the report claimed, what
was measured, what to do. A document whose runs are missing is not written.

  --results DIR  where the commands wrote their JSON (bench-results)
  --output DIR   where the documents go (docs)
  --check        ends with 1 when a document could not be written`;

const { values: options } = parseArgs({
  options: {
    results: { type: 'string', default: 'bench-results' },
    output: { type: 'string', default: 'docs' },
    check: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

const writeAll = (): boolean => {
  const runs = existsSync(options.results) ? newestRuns(options.results) : {};
  const documents = writeDocuments(runs, options.output);
  for (const { file, missing } of documents) {
    const target = path.join(options.output, file);
    console.log(missing.length === 0 ? `${target} is written` : `${target} needs ${missing.join(' and ')}`);
  }
  return documents.every(({ missing }) => missing.length === 0);
};

if (options.help) console.log(help);
else if (!writeAll() && options.check) process.exitCode = 1;
