import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Emulator } from './emulator.ts';
import { EmulatorError } from './errors.ts';
import type { Folders } from './mounts.ts';

/** A command line of `npm run localstack`, `ministack` or their `:down`, read. */
export interface Options extends Folders {
  readonly port: number | undefined;
  /** Holds what the emulator writes and the record of its process. */
  readonly stateDir: string;
  /** Where the store was named by the user, in an option or a setting. */
  readonly storeNamed: boolean;
  /** Passed on to serverless, after our own. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly deploy: boolean;
  /** An emulator that runs elsewhere: it is deployed to, and neither started nor ended. */
  readonly endpoint: string | undefined;
  /** How long `down` waits for the queue to be empty. */
  readonly drainTimeoutMs: number;
  /** Whether `down` ends it although accepted events wait. */
  readonly discard: boolean;
  /** The words that another command needs to mean the same emulator. */
  readonly sameEmulator: readonly string[];
  readonly help: boolean;
}

const definitions = {
  port: { type: 'string', placeholder: 'PORT', help: 'The port of the loopback that it serves' },
  store: { type: 'string', placeholder: 'DIR', help: 'Where the HDF5 parts go; FI_STORE_DIR does the same' },
  param: {
    type: 'string',
    multiple: true,
    placeholder: 'NAME=VALUE',
    help: 'A parameter of serverless.yml; may be repeated',
  },
  state: { type: 'string', placeholder: 'DIR', help: 'Its own files, for several at once' },
  endpoint: {
    type: 'string',
    placeholder: 'URL',
    help: 'Only deploy, to one that runs there (see localstack/compose.yml)',
  },
  'no-deploy': { type: 'boolean', help: 'Only start' },
  'drain-seconds': {
    type: 'string',
    placeholder: 'SECONDS',
    help: 'How long :down waits for the queue to be empty (default 240)',
  },
  discard: { type: 'boolean', help: 'Has :down end it although accepted events wait to be stored' },
  help: { type: 'boolean', short: 'h', help: 'Show this' },
} as const;

/** Longer than the queue's visibility timeout: a batch whose function died comes back, and is stored, within it. */
const defaultDrainSeconds = '240';

const wrong = (message: string, cause?: unknown): EmulatorError =>
  new EmulatorError('WrongOption', `${message}; --help shows the options.`, { cause });

const wholeNumber = (name: string, text: string, least: number, most: number): number => {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw wrong(`--${name} must be a whole number from ${least} to ${most}, not ${JSON.stringify(text)}`);
};

const parameterOf = (text: string): [string, string] => {
  const [, name, value] = /^([A-Za-z]\w*)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    throw wrong(`--param must be NAME=VALUE, not ${JSON.stringify(text)}`);
  }
  return [name, value];
};

const endpointOf = (text: string): string => {
  if (!/^https?:$/.test(URL.parse(text)?.protocol ?? ''))
    throw wrong(`--endpoint must be a URL, not ${JSON.stringify(text)}`);
  return text.replace(/\/+$/, '');
};

export interface OptionContext {
  readonly emulator: Emulator;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Of the repository: what is not named otherwise is kept there. */
  readonly repository: string;
  /** What relative paths of the user start from. */
  readonly workingFolder: string;
}

/** @throws EmulatorError `WrongOption` naming it */
export const parseOptions = (words: readonly string[], context: OptionContext): Options => {
  const { emulator, environment, repository, workingFolder } = context;
  const values = (() => {
    try {
      return parseArgs({ args: [...words], options: definitions, allowPositionals: false }).values;
    } catch (error) {
      throw wrong(error instanceof Error ? (error.message.split('. ')[0] ?? error.message) : String(error), error);
    }
  })();
  const resolve = (text: string): string => path.resolve(workingFolder, text);
  const store = values.store ?? (environment.FI_STORE_DIR || undefined);
  return {
    port: values.port === undefined ? undefined : wholeNumber('port', values.port, 1, 65_535),
    stateDir: values.state === undefined ? path.join(repository, '.localstack', emulator.name) : resolve(values.state),
    storeDir: store === undefined ? path.join(repository, 'data', emulator.name, 'store') : resolve(store),
    storeNamed: store !== undefined,
    keysFile: environment.FI_KEYS_FILE ? resolve(environment.FI_KEYS_FILE) : path.join(repository, 'data/keys.json'),
    // Each emulator has its own store, and each log its own key.
    signingKeyFile: environment.FI_SIGNING_KEY_FILE
      ? resolve(environment.FI_SIGNING_KEY_FILE)
      : path.join(repository, 'data', emulator.name, 'signing-key'),
    keyStoreDir: environment.FI_KEY_STORE_DIR
      ? resolve(environment.FI_KEY_STORE_DIR)
      : path.join(repository, 'data', emulator.name, 'key-store'),
    masterKeyFile: environment.FI_MASTER_KEY_FILE
      ? resolve(environment.FI_MASTER_KEY_FILE)
      : path.join(repository, 'data', emulator.name, 'master-key'),
    parameters: Object.fromEntries((values.param ?? []).map(parameterOf)),
    deploy: values['no-deploy'] !== true,
    endpoint: values.endpoint === undefined ? undefined : endpointOf(values.endpoint),
    discard: values.discard === true,
    sameEmulator: values.state === undefined ? [] : ['--state', values.state],
    drainTimeoutMs: wholeNumber('drain-seconds', values['drain-seconds'] ?? defaultDrainSeconds, 0, 86_400) * 1000,
    help: values.help === true,
  };
};

/** What `--help` shows. */
export const helpText = ({ name, title, defaultPort }: Emulator): string => {
  const rows = Object.entries(definitions).map(([option, definition]) => {
    const placeholder = 'placeholder' in definition ? ` ${definition.placeholder}` : '';
    return [`--${option}${placeholder}`, definition.help] as const;
  });
  const width = Math.max(...rows.map(([left]) => left.length));
  const lines = rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
  return [
    `Runs fi-events on ${title} (port ${defaultPort}) on this machine, without Docker. Again, while it runs, deploys anew.`,
    '',
    `Usage: npm run ${name} -- [options]`,
    `       npm run ${name}:down -- [options]`,
    '',
    ...lines,
    '',
  ].join('\n');
};
