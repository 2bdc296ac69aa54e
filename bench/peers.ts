import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createRandom } from './measure/random.ts';
import { allComparisons } from './peers/all.ts';
import { evaluatePeers } from './peers/report/evaluate-peers.ts';
import { renderPeersHtml } from './peers/report/html.ts';
import { renderPeersText } from './peers/report/text.ts';
import { type PeersOptions, parsePeersOptions, peersHelp } from './peers/run/options.ts';
import type { ComparisonResult, PeersResult } from './peers/run/result.ts';
import { type PeersProgress, runComparison } from './peers/run/run-comparison.ts';
import { folderOfRun } from './run/folder-of-run.ts';
import { originOf } from './run/origin.ts';
import { outcomeInWords } from './run/progress.ts';
import { runAsProgram } from './run/run-as-program.ts';

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
    ...originOf(folder, startedAt),
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

await runAsProgram(async () => {
  const options = parsePeersOptions(process.argv.slice(2), allComparisons, Date.now());
  if (options !== undefined) return benchPeers(options);
  console.log(peersHelp(allComparisons));
  return 0;
});
