import { tmpdir } from 'node:os';
import path from 'node:path';
import { type ParseArgsConfig, parseArgs } from 'node:util';

/** The command line is wrong; the message says how. */
export class WrongUsage extends Error {
  override readonly name = 'WrongUsage';
}

/** What every program takes that measures and writes a result. */
export const runOptions = {
  quick: { type: 'boolean', default: false },
  only: { type: 'string' },
  repeats: { type: 'string' },
  seconds: { type: 'string' },
  folder: { type: 'string', default: tmpdir() },
  output: { type: 'string' },
  seed: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const satisfies ParseArgsConfig['options'];

/** @throws WrongUsage when a word is none of the options */
export const parseWords = <const Options extends NonNullable<ParseArgsConfig['options']>>(
  words: readonly string[],
  options: Options,
) => {
  try {
    return parseArgs({ args: [...words], options }).values;
  } catch (cause) {
    throw new WrongUsage(cause instanceof Error ? cause.message : String(cause), { cause });
  }
};

/** @throws WrongUsage */
export const whole = (name: string, text: string): number => {
  if (!/^[1-9]\d*$/.test(text)) throw new WrongUsage(`--${name} wants a whole number from 1, not ${text}`);
  return Number(text);
};

/** How large a run is. */
export type ScaleName = 'full' | 'quick';

/** What is told of a run whatever it measures. */
export interface RunOptions {
  readonly repeats: number;
  readonly scaleName: ScaleName;
  /** Where stores and queues are made, and removed again. */
  readonly folder: string;
  /** Without an ending: the reports are this with .json and .html behind it. */
  readonly output: string;
  readonly seed: number;
}

interface Given {
  readonly quick: boolean;
  readonly repeats?: string;
  readonly folder: string;
  readonly output?: string;
  readonly seed?: string;
}

/**
 * @param prefix of the output's name, where none is given
 * @param nowMs names the output, and is the seed where none is given
 * @throws WrongUsage
 */
export const runOf = (
  given: Given,
  defaultRepeats: Readonly<Record<ScaleName, number>>,
  prefix: string,
  nowMs: number,
): RunOptions => {
  const scaleName = given.quick ? 'quick' : 'full';
  const stamp = new Date(nowMs).toISOString().slice(0, 19).replaceAll(':', '');
  return {
    repeats: given.repeats === undefined ? defaultRepeats[scaleName] : whole('repeats', given.repeats),
    scaleName,
    folder: path.resolve(given.folder),
    output: path.resolve(given.output ?? path.join('bench-results', `${prefix}${stamp}`)),
    seed: given.seed === undefined ? nowMs % 2 ** 31 : whole('seed', given.seed),
  };
};
