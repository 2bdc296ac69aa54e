import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeMachine, describeRevision } from './measure/machine.ts';
import { createRandom } from './measure/random.ts';
import { evaluate } from './report/evaluate.ts';
import { renderHtml } from './report/html/render.ts';
import { renderText } from './report/text.ts';
import { exitStatusOf } from './run/exit-status.ts';
import { folderOfRun } from './run/folder-of-run.ts';
import { type BenchOptions, helpText, parseBenchOptions } from './run/options.ts';
import { createProgress } from './run/progress.ts';
import type { BenchResult } from './run/result.ts';
import { WrongUsage } from './run/run-options.ts';
import { runScenarios } from './run/run-scenarios.ts';
import { allScenarios } from './scenarios/all.ts';

const repository = fileURLToPath(new URL('../', import.meta.url));
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
    startedAt,
    finishedAt: new Date().toISOString(),
    machine: describeMachine(folder),
    revision: describeRevision(repository),
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

/** Hosts and generators end with this process, but only when it ends by itself and not by a signal's default. */
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

try {
  const options = parseBenchOptions(process.argv.slice(2), allScenarios, Date.now());
  if (options === undefined) console.log(helpText(allScenarios));
  else process.exitCode = await bench(options);
} catch (error) {
  if (!(error instanceof WrongUsage)) throw error;
  say(`${error.message}; --help tells more`);
  process.exitCode = 2;
}
