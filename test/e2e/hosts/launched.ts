import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { EmulatorContext } from '../../../localstack/emulators/context.ts';
import type { ServerlessOptions } from '../../../localstack/emulators/deploy/serverless.ts';
import { down } from '../../../localstack/emulators/down.ts';
import type { Emulator } from '../../../localstack/emulators/emulator.ts';
import { parseOptions } from '../../../localstack/emulators/options.ts';
import { readRecord } from '../../../localstack/emulators/process/record.ts';
import { createSteps } from '../../../localstack/emulators/steps.ts';
import { systemClock } from '../../../shared/ports/clock.ts';
import { freePorts, repository } from './host.ts';
import { descendants } from './processes.ts';

/** Parameters of serverless.yml by name. */
export type Parameters = Readonly<Record<string, string>>;

/** A free port and folders under the system's temporary folder for one emulator, and the launcher's commands for them. */
export interface Launched {
  readonly stateDir: string;
  readonly storeDir: string;
  readonly signingKeyFile: string;
  /** What `up` and `down` are given; every one of the same emulator. */
  context(parameters?: Parameters, signal?: AbortSignal, words?: readonly string[]): EmulatorContext;
  serverless(endpoint: string): ServerlessOptions;
  /** What the launcher said so far. */
  said(): string;
  /** Ends the emulator, whatever waits in it, and removes its folders. */
  close(): Promise<void>;
}

/**
 * Short timeouts, since a test waits for what a killed consumer had; AWS wants a visibility timeout no shorter than the function's.
 * No seals, since what is sealed between two pages moves from one to the other; a test that is about sealing asks for them.
 */
const forTests: Parameters = {
  persistTimeoutSeconds: '10',
  visibilityTimeoutSeconds: '12',
  sealSchedule: 'rate(1 day)',
};

const kill = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
};

/** Emulators run in sessions of their own; a test run that ends early must not leave them. */
const open = new Set<string>();
process.once('exit', () => {
  for (const stateDir of open) {
    const pid = readRecord(stateDir)?.process.pid;
    if (pid !== undefined) for (const each of [...descendants(pid), pid]) kill(each);
  }
});

export const openLaunched = async (emulator: Emulator): Promise<Launched> => {
  const folder = await mkdtemp(path.join(tmpdir(), `fi-e2e-${emulator.name}-`));
  const [port = 0] = await freePorts(1);
  const stateDir = path.join(folder, 'state');
  const storeDir = path.join(folder, 'store');
  const root = repository.replace(/\/$/, '');
  const signingKeyFile = path.join(folder, 'signing/signing-key');
  const environment = { FI_KEYS_FILE: path.join(folder, 'keys/keys.json'), FI_SIGNING_KEY_FILE: signingKeyFile };
  let said = '';
  const steps = createSteps({
    write: (text) => {
      said += text;
    },
    watched: false,
    clock: systemClock,
  });
  open.add(stateDir);

  const context: Launched['context'] = (parameters = {}, signal = new AbortController().signal, words = []) => {
    const given = Object.entries({ ...forTests, ...parameters });
    const all = [
      ...['--port', String(port), '--state', stateDir, '--store', storeDir],
      ...given.flatMap(([name, value]) => ['--param', `${name}=${value}`]),
      ...words,
    ];
    const options = parseOptions(all, { emulator, environment, repository: root, workingFolder: root });
    return { emulator, options, repository: root, clock: systemClock, steps, signal };
  };
  return {
    stateDir,
    storeDir,
    signingKeyFile,
    context,
    serverless: (endpoint) => ({
      repository: root,
      endpoint,
      parameters: emulator.parameters,
      logFile: path.join(stateDir, 'deploy.log'),
      signal: new AbortController().signal,
    }),
    said: () => said,
    close: async () => {
      await down(context({}, undefined, ['--discard']));
      open.delete(stateDir);
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
