import { fullScale, quickScale } from '../scenarios/scales.ts';
import type { Scale, Scenario } from '../scenarios/scenario.ts';
import { parseWords, type RunOptions, runOf, runOptions, WrongUsage, whole } from './run-options.ts';

/** What the command line asks for. */
export interface BenchOptions extends RunOptions {
  readonly scenarios: readonly Scenario[];
  readonly scale: Scale;
  readonly check: boolean;
}

const defaultRepeats = { full: 8, quick: 1 } as const;

export const helpText = (scenarios: readonly Scenario[]): string => `npm run bench -- [options]

Measures npm start on this machine, each scenario several times on an empty store, and writes every raw result as JSON and a report as
HTML. Wants a quiet machine: what others do on it meanwhile is watched, and where it was too much nothing is concluded.

  --quick          every scenario once and briefly, about a minute; judges bytes alone
  --check          ends with 1 when a budget is not met, with 3 when nothing can be concluded about one
  --only A,B       these scenarios
  --repeats N      how often each is measured (${defaultRepeats.full}; quick: ${defaultRepeats.quick})
  --seconds N      length of a measurement (${fullScale.measureMs / 1_000}; quick: ${quickScale.measureMs / 1_000})
  --generators N   processes that generate load (1)
  --folder DIR     where stores and queues are made, and removed again (the system's temporary folder)
  --output NAME    writes NAME.json and NAME.html (bench-results/<time>)
  --seed N         of the order of scenarios

Exit status: 0; 1 when an accepted event was lost, a scenario failed, or (with --check) a budget is not met; 2 for wrong usage; 3 with
--check when a budget is inconclusive.

Scenarios:
${scenarios.map(({ name, what }) => `  ${name.padEnd(17)}${what}`).join('\n')}`;

const selected = (scenarios: readonly Scenario[], names: string | undefined): readonly Scenario[] => {
  if (names === undefined) return scenarios;
  const wanted = names.split(',').map((name) => name.trim());
  const known = scenarios.map(({ name }) => name);
  const unknown = wanted.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new WrongUsage(`there is no scenario ${unknown.join(', ')}; there are ${known.join(', ')}`);
  }
  return scenarios.filter(({ name }) => wanted.includes(name));
};

const benchOptions = {
  ...runOptions,
  check: { type: 'boolean', default: false },
  generators: { type: 'string' },
} as const;

/**
 * @param nowMs names the output, and is the seed where none is given
 * @returns undefined when help is asked for
 * @throws WrongUsage
 */
export const parseBenchOptions = (
  words: readonly string[],
  scenarios: readonly Scenario[],
  nowMs: number,
): BenchOptions | undefined => {
  const given = parseWords(words, benchOptions);
  if (given.help) return undefined;
  const usual = given.quick ? quickScale : fullScale;
  return {
    ...runOf(given, defaultRepeats, '', nowMs),
    scenarios: selected(scenarios, given.only),
    scale: {
      ...usual,
      measureMs: given.seconds === undefined ? usual.measureMs : whole('seconds', given.seconds) * 1_000,
      generators: given.generators === undefined ? usual.generators : whole('generators', given.generators),
    },
    check: given.check,
  };
};
