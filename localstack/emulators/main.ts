import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseKeysFile } from '../../shared/http/auth/keys-file.ts';
import { systemClock } from '../../shared/ports/clock.ts';
import { announcement } from './announce.ts';
import type { EmulatorContext } from './context.ts';
import { deployElsewhere } from './deploy-elsewhere.ts';
import { down } from './down.ts';
import type { Emulator } from './emulator.ts';
import { EmulatorError } from './errors.ts';
import { localstack } from './localstack.ts';
import { ministack } from './ministack.ts';
import { helpText, type Options, parseOptions } from './options.ts';
import { createSteps } from './steps.ts';
import { up } from './up.ts';

const emulators: Readonly<Record<string, Emulator>> = { localstack, ministack };

const repository = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');

const needsKey = (keysFile: string): boolean => {
  try {
    return parseKeysFile(readFileSync(keysFile, 'utf8'), keysFile).length > 0;
  } catch {
    return false;
  }
};

const say = (text: string): void => {
  process.stdout.write(text);
};

const runUp = async (context: EmulatorContext): Promise<void> => {
  const { emulator, options } = context;
  const workingFolder = process.cwd();
  if (options.endpoint !== undefined) {
    const { url } = await deployElsewhere(context, options.endpoint);
    say(`\nfi-events is deployed to ${options.endpoint} and takes events at ${url}\n`);
    return;
  }
  const { endpoint, logFile, record, deployed } = await up(context);
  if (deployed === undefined) {
    say(`\n${emulator.title} answers at ${endpoint}; nothing was deployed. Stop: npm run ${emulator.name}:down\n`);
    return;
  }
  const { url } = deployed;
  const { storeDir, keysFile } = record;
  say(
    announcement({ emulator, url, endpoint, storeDir, needsKey: needsKey(keysFile), logFile, options, workingFolder }),
  );
};

const runDown = async (context: EmulatorContext): Promise<void> => {
  const { record, lostDeadLetters } = await down(context);
  if (record === undefined) return;
  const { title } = context.emulator;
  if (lostDeadLetters > 0)
    say(`${lostDeadLetters} dead letters, which nothing consumed, died with ${title}'s queue.\n`);
  say(`${title} is ended. The store stays as it is: ${record.storeDir}\n`);
};

const commands = { up: runUp, down: runDown } as const;

/** Ctrl-C and SIGTERM end the command with an error, so that it cleans up as after any other. */
const interruption = (): AbortSignal => {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => controller.abort(new EmulatorError('Interrupted', 'Interrupted.')));
  }
  return controller.signal;
};

const read = (emulator: Emulator, words: readonly string[]): Options => {
  if (process.platform !== 'linux') {
    throw new EmulatorError(
      'UnsupportedSystem',
      'This runs on Linux (or in WSL). Elsewhere use LocalStack in Docker: see localstack/compose.yml.',
    );
  }
  return parseOptions(words, {
    emulator,
    environment: process.env,
    repository,
    workingFolder: process.env.INIT_CWD ?? process.cwd(),
  });
};

/** `npm run localstack`, `ministack` and their `:down`. */
export const main = async ([name = '', command = '', ...words]: readonly string[]): Promise<void> => {
  const emulator = emulators[name];
  if (emulator === undefined || (command !== 'up' && command !== 'down')) {
    throw new Error(`usage: start.mjs ${Object.keys(emulators).join('|')} up|down [options]`);
  }
  try {
    const options = read(emulator, words);
    if (options.help) {
      say(helpText(emulator));
      return;
    }
    const steps = createSteps({ write: say, watched: process.stdout.isTTY === true, clock: systemClock });
    await commands[command]({ emulator, options, repository, clock: systemClock, steps, signal: interruption() });
  } catch (error) {
    // Ours say what to do; of any other the stack is needed.
    console.error(error instanceof EmulatorError ? `\n${error.message}` : error);
    process.exitCode = error instanceof EmulatorError && error.tag === 'Interrupted' ? 130 : 1;
  }
};
