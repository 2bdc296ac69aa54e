import type { Config } from '../../shared/config.ts';
import type { Terminal } from './terminal.ts';

/** An option of a command, in the words of `node:util`'s parseArgs, with its line of the help. */
export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  readonly default?: string | boolean;
  /** Stands for the value in the help. */
  readonly placeholder?: string;
  readonly help: string;
}

export type OptionValues = Readonly<Record<string, string | boolean | undefined>>;

export interface CommandContext {
  readonly options: OptionValues;
  readonly positionals: readonly string[];
  readonly config: Config;
  readonly terminal: Terminal;
  /** Fires at Ctrl-C: finish the line and return. */
  readonly signal: AbortSignal;
}

export interface Command {
  /** As typed, e.g. `key create`. */
  readonly name: string;
  readonly summary: string;
  /** What follows the name, e.g. `PART`; the last may be `[LETTER...]`, which is any number of them. */
  readonly positionals: readonly string[];
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** @returns the exit status @throws WrongUsage */
  run(context: CommandContext): Promise<number>;
}

/** The user typed something that no command understands; ends with status 2. */
export class WrongUsage extends Error {
  override readonly name = 'WrongUsage';
}

/** A text option; undefined when it was not given. */
export const textOption = (options: OptionValues, name: string): string | undefined => {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
};

/** A whole number of at least 0. @throws WrongUsage naming the option */
export const countOption = (options: OptionValues, name: string): number => {
  const text = textOption(options, name) ?? '';
  if (!/^\d{1,9}$/.test(text)) throw new WrongUsage(`--${name} must be a whole number, not ${JSON.stringify(text)}`);
  return Number(text);
};
