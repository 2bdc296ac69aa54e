import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeMachine, describeRevision } from './measure/machine.ts';
import { createRandom } from './measure/random.ts';
import { allComparisons } from './peers/all.ts';
import { evaluatePeers } from './peers/report/evaluate-peers.ts';
import { renderPeersHtml } from './peers/report/html.ts';
import { renderPeersText } from './peers/report/text.ts';
import { type PeersOptions, parsePeersOptions, peersHelp } from './peers/run/options.ts';
import type { ComparisonResult, PeersResult } from './peers/run/result.ts';
import { type PeersProgress, runComparison } from './peers/run/run-comparison.ts';
import { folderOfRun } from './run/folder-of-run.ts';
import { outcomeInWords } from './run/progress.ts';
import { WrongUsage } from './run/run-options.ts';

const repository = fileURLToPath(new URL('../', import.meta.url));
const say = (line: string): void => console.error(line);

const progress: PeersProgress = {
  skips: ({ name }, contender, reason) => say(`${name}: ${contender.name} is skipped: ${reason}`),
  begins: ({ name }, contender) => say(`${name}: ${contender.name}`),
  ended: (outcome) => say(`    ${outcomeInWords(outcome)}`),
};

const measure = async (options: PeersOptions): Promise<PeersResult> => {
  const { repeats, scaleName, scale, seed } = options;
  const folder = folderOfRun(options.folder);
  const startedAt = new Date().toISOString();
  const random = createRandom(seed);
  const comparisons: ComparisonResult[] = [];
  for (const comparison of options.comparisons) {
    comparisons.push(await runComparison(comparison, { repeats, scale, folder, random, progress }));
  }
  return {
    format: 'fi-events bench:peers',
    formatVersion: 1,
    startedAt,
    finishedAt: new Date().toISOString(),
    machine: describeMachine(folder),
    revision: describeRevision(repository),
    scaleName,
    scale,
    seed,
    comparisons,
  };
};

const benchPeers = async (options: PeersOptions): Promise<number> => {
  mkdirSync(path.dirname(options.output), { recursive: true });
  const result = await measure(options);
  const evaluation = evaluatePeers(result);
  writeFileSync(`${options.output}.json`, JSON.stringify(result));
  writeFileSync(`${options.output}.html`, renderPeersHtml(result, evaluation));
  console.log(renderPeersText(evaluation));
  say(`raw results: ${options.output}.json\nreport: ${options.output}.html`);
  return evaluation.lostByOurs > 0 || evaluation.failures.length > 0 ? 1 : 0;
};

/** Servers and generators end with this process, but only when it ends by itself and not by a signal's default. */
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

try {
  const options = parsePeersOptions(process.argv.slice(2), allComparisons, Date.now());
  if (options === undefined) console.log(peersHelp(allComparisons));
  else process.exitCode = await benchPeers(options);
} catch (error) {
  if (!(error instanceof WrongUsage)) throw error;
  say(`${error.message}; --help tells more`);
  process.exitCode = 2;
}
