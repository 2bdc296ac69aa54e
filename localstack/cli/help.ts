import type { Command, OptionSpec } from './command.ts';

const aligned = (rows: readonly (readonly [string, string])[]): string => {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}\n`).join('');
};

const optionRow = ([name, spec]: readonly [string, OptionSpec]): [string, string] => {
  const short = spec.short === undefined ? '' : `-${spec.short}, `;
  const value = spec.placeholder === undefined ? '' : ` ${spec.placeholder}`;
  const fallback = typeof spec.default === 'string' ? ` (default ${spec.default})` : '';
  return [`${short}--${name}${value}`, `${spec.help}${fallback}`];
};

const helpOption: readonly [string, string] = ['-h, --help', 'Show this.'];

export const commandHelp = (command: Command): string => {
  const positionals = command.positionals.map((name) => ` ${name}`).join('');
  const rows = [...Object.entries(command.options).map(optionRow), helpOption];
  return `fi ${command.name}: ${command.summary}\n\nUsage: fi ${command.name}${positionals} [options]\n\n${aligned(rows)}`;
};

export const generalHelp = (commands: readonly Command[]): string =>
  `fi looks at what fi-events stored, deals with what it could not store, and manages its keys.\n\nUsage: fi COMMAND [options]\n\n${aligned(
    commands.map(({ name, positionals, summary }) => [[name, ...positionals].join(' '), summary]),
  )}\nIts folders are those of the settings, e.g. FI_STORE_DIR; "fi replay" asks the API of a host, FI_API_URL. "fi COMMAND --help" tells more.\n`;
