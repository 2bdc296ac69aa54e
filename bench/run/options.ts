import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { fullScale, quickScale } from '../scenarios/scales.ts';
import type { Scale, Scenario } from '../scenarios/scenario.ts';

/** What the command line asks for. */
export interface BenchOptions {
  readonly scenarios: readonly Scenario[];
  readonly repeats: number;
  readonly scaleName: 'full' | 'quick';
  readonly scale: Scale;
  readonly check: boolean;
  readonly folder: string;
  /** Without an ending: the reports are this with .json and .html behind it. */
  readonly output: string;
  readonly seed: number;
}

/** The command line is wrong; the message says how. */
export class WrongUsage extends Error {
  override readonly name = 'WrongUsage';
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

/** @throws WrongUsage */
export const whole = (name: string, text: string): number => {
  if (!/^[1-9]\d*$/.test(text)) throw new WrongUsage(`--${name} wants a whole number from 1, not ${text}`);
  return Number(text);
};

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

const parse = (words: readonly string[]) => {
  try {
    return parseArgs({
      args: [...words],
      options: {
        quick: { type: 'boolean', default: false },
        check: { type: 'boolean', default: false },
        only: { type: 'string' },
        repeats: { type: 'string' },
        seconds: { type: 'string' },
        generators: { type: 'string' },
        folder: { type: 'string', default: tmpdir() },
        output: { type: 'string' },
        seed: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (cause) {
    throw new WrongUsage(cause instanceof Error ? cause.message : String(cause), { cause });
  }
};

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
  const given = parse(words);
  if (given.help) return undefined;
  const scaleName = given.quick ? 'quick' : 'full';
  const usual = given.quick ? quickScale : fullScale;
  const stamp = new Date(nowMs).toISOString().slice(0, 19).replaceAll(':', '');
  return {
    scenarios: selected(scenarios, given.only),
    repeats: given.repeats === undefined ? defaultRepeats[scaleName] : whole('repeats', given.repeats),
    scaleName,
    scale: {
      ...usual,
      measureMs: given.seconds === undefined ? usual.measureMs : whole('seconds', given.seconds) * 1_000,
      generators: given.generators === undefined ? usual.generators : whole('generators', given.generators),
    },
    check: given.check,
    folder: path.resolve(given.folder),
    output: path.resolve(given.output ?? path.join('bench-results', stamp)),
    seed: given.seed === undefined ? nowMs % 2 ** 31 : whole('seed', given.seed),
  };
};
