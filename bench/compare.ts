import { parseArgs } from 'node:util';
import { compareResults } from './compare/compare-results.ts';
import { comparisonStatus } from './compare/exit-status.ts';
import { renderComparison } from './compare/text.ts';
import { readResult } from './run/result.ts';

const help = `npm run bench:compare -- BEFORE.json AFTER.json [options]

Tells for each metric of two runs of "npm run bench" whether the second is better, worse or no different. The exact rank test over repeats
decides, corrected for the number of metrics; a change of the median below the minimal effect is none. "undecided": the repeats
would allow a difference that counts, and show none. Repeats on a busy machine are left out.

  --only A,B     these scenarios: the fewer, the smaller a difference that is found
  --alpha N      how often two runs of the same thing may be told apart in any metric (0.05)
  --effect N     smallest change that counts, 0.05 being 5 % (0.05)
  --noisy        count repeats on a busy machine, too
  --json         one JSON object instead of the table

Exit status: 0 when nothing is worse, 1 when something is, 2 for wrong usage, 3 when nothing can be concluded: all is undecided or was
left out, or the machines or scales differ.`;

const share = (name: string, text: string): number => {
  const value = Number(text);
  if (!(value > 0 && value < 1)) throw new Error(`--${name} wants a number between 0 and 1, not ${text}`);
  return value;
};

const read = () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      only: { type: 'string' },
      alpha: { type: 'string', default: '0.05' },
      effect: { type: 'string', default: '0.05' },
      noisy: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  const [before, after, ...others] = positionals;
  if (before === undefined || after === undefined || others.length > 0) throw new Error('give two files: BEFORE AFTER');
  return {
    baseline: readResult(before),
    candidate: readResult(after),
    json: values.json,
    settings: {
      alpha: share('alpha', values.alpha),
      minimalEffect: share('effect', values.effect),
      countNoisy: values.noisy,
      only: values.only?.split(','),
    },
  };
};

try {
  const given = read();
  if (given === undefined) console.log(help);
  else {
    const comparison = compareResults(given.baseline, given.candidate, given.settings);
    console.log(given.json ? JSON.stringify(comparison) : renderComparison(comparison));
    process.exitCode = comparisonStatus(comparison);
  }
} catch (error) {
  console.error(`${error instanceof Error ? error.message : error}; --help tells more`);
  process.exitCode = 2;
}
