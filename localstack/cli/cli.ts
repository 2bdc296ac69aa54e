import { type ParseArgsConfig, parseArgs } from 'node:util';
import { loadConfig } from '../../shared/config.ts';
import { type Command, type OptionValues, WrongUsage } from './command.ts';
import { commandHelp, generalHelp } from './help.ts';
import type { Terminal } from './terminal.ts';

/** Wrong usage has a status of its own, as usual on Unix, so that scripts can tell it from a failure. */
const status = { ok: 0, failed: 1, wrongUsage: 2 } as const;

export interface CliOptions {
  readonly commands: readonly Command[];
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

const asksForHelp = (word: string | undefined): boolean => word === '--help' || word === '-h' || word === 'help';

/** The command that the first words name, and the words after it. */
const findCommand = (
  commands: readonly Command[],
  words: readonly string[],
): { command: Command; rest: readonly string[] } => {
  for (const length of [2, 1]) {
    const command = commands.find(({ name }) => name === words.slice(0, length).join(' '));
    if (command !== undefined) return { command, rest: words.slice(length) };
  }
  const group = commands.filter(({ name }) => name.startsWith(`${words[0]} `));
  if (group.length === 0) throw new WrongUsage(`unknown command ${JSON.stringify(words[0])}`);
  const choices = group.map(({ name }) => name.split(' ')[1]).join(', ');
  throw new WrongUsage(`"fi ${words[0]}" needs one of ${choices}, not ${JSON.stringify(words[1] ?? '')}`);
};

const parse = (
  command: Command,
  words: readonly string[],
): { options: OptionValues; positionals: readonly string[] } => {
  const options: NonNullable<ParseArgsConfig['options']> = { help: { type: 'boolean', short: 'h' } };
  for (const [name, { type, short, default: fallback }] of Object.entries(command.options)) {
    options[name] = {
      type,
      ...(short === undefined ? {} : { short }),
      ...(fallback === undefined ? {} : { default: fallback }),
    };
  }
  try {
    const { values, positionals } = parseArgs({ args: [...words], options, allowPositionals: true });
    // None of our options is `multiple`, so that none of the values is a list.
    return { options: values as OptionValues, positionals };
  } catch (error) {
    throw new WrongUsage(error instanceof Error ? error.message : String(error), { cause: error });
  }
};

const checkPositionals = (command: Command, given: readonly string[]): void => {
  if (command.positionals.at(-1)?.endsWith('...]')) return;
  const missing = command.positionals[given.length];
  if (missing !== undefined) throw new WrongUsage(`"fi ${command.name}" needs ${missing}`);
  const surplus = given[command.positionals.length];
  if (surplus !== undefined) throw new WrongUsage(`unknown argument ${JSON.stringify(surplus)}`);
};

const dispatch = async (options: CliOptions): Promise<number> => {
  const { commands, terminal, signal, environment } = options;
  const words = options.arguments;
  if (words.length === 0 || asksForHelp(words[0])) {
    await terminal.out(generalHelp(commands));
    return status.ok;
  }
  const group = commands.filter(({ name }) => name.startsWith(`${words[0]} `));
  if (group.length > 0 && asksForHelp(words[1])) {
    await terminal.out(generalHelp(group));
    return status.ok;
  }
  const { command, rest } = findCommand(commands, words);
  const { options: values, positionals } = parse(command, rest);
  if (values.help === true) {
    await terminal.out(commandHelp(command));
    return status.ok;
  }
  checkPositionals(command, positionals);
  return command.run({ options: values, positionals, config: loadConfig(environment), terminal, signal });
};

/** Runs what the arguments say. @returns the exit status */
export const runCli = async (options: CliOptions): Promise<number> => {
  try {
    return await dispatch(options);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    options.terminal.err(`fi: ${message}\n`);
    if (!(error instanceof WrongUsage)) return status.failed;
    options.terminal.err('"fi --help" tells what there is.\n');
    return status.wrongUsage;
  }
};
