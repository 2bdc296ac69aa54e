import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createRandom } from './measure/random.ts';
import { evaluate } from './report/evaluate.ts';
import { renderHtml } from './report/html/render.ts';
import { renderText } from './report/text.ts';
import { exitStatusOf } from './run/exit-status.ts';
import { folderOfRun } from './run/folder-of-run.ts';
import { type BenchOptions, helpText, parseBenchOptions } from './run/options.ts';
import { originOf } from './run/origin.ts';
import { createProgress } from './run/progress.ts';
import type { BenchResult } from './run/result.ts';
import { runAsProgram } from './run/run-as-program.ts';
import { runScenarios } from './run/run-scenarios.ts';
import { allScenarios } from './scenarios/all.ts';

const say = (line: string): void => console.error(line);

const measure = async (options: BenchOptions): Promise<BenchResult> => {
  const { scenarios, repeats, scaleName, scale, seed } = options;
  const folder = folderOfRun(options.folder);
  const startedAt = new Date().toISOString();
  const measured = await runScenarios({
    scenarios,
    repeats,
    scale,
    folder,
    random: createRandom(seed),
    progress: createProgress(scenarios, repeats, say),
  });
  return {
    format: 'fi-events bench',
    formatVersion: 1,
    ...originOf(folder, startedAt),
    scaleName,
    scale,
    seed,
    scenarios: measured,
  };
};

const bench = async (options: BenchOptions): Promise<number> => {
  mkdirSync(path.dirname(options.output), { recursive: true });
  const result = await measure(options);
  const evaluation = evaluate(result);
  writeFileSync(`${options.output}.json`, JSON.stringify(result));
  writeFileSync(`${options.output}.html`, renderHtml(result, evaluation));
  console.log(renderText(evaluation));
  say(`raw results: ${options.output}.json\nreport: ${options.output}.html`);
  return exitStatusOf(evaluation, options.check);
};

await runAsProgram(async () => {
  const options = parseBenchOptions(process.argv.slice(2), allScenarios, Date.now());
  if (options !== undefined) return bench(options);
  console.log(helpText(allScenarios));
  return 0;
});
