import { readFileSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { EmulatorContext } from '../../../localstack/emulators/context.ts';
import { down } from '../../../localstack/emulators/down.ts';
import type { Emulator } from '../../../localstack/emulators/emulator.ts';
import { localstack } from '../../../localstack/emulators/localstack.ts';
import { ministack } from '../../../localstack/emulators/ministack.ts';
import { parseOptions } from '../../../localstack/emulators/options.ts';
import { createSteps } from '../../../localstack/emulators/steps.ts';
import { up } from '../../../localstack/emulators/up.ts';
import { systemClock } from '../../../shared/ports/clock.ts';
import { eventually } from '../api/eventually.ts';
import { freePorts, type Host, repository } from './host.ts';
import { descendants } from './processes.ts';

/** fi-events deployed on an emulator that this process started. */
export interface EmulatorHost extends Host {
  readonly queueEndpoint: string;
  readonly storeDir: string;
  /** The emulator's own process; functions run below it. */
  readonly pid: number;
  /** Parameters of serverless.yml that it was deployed with, as the launcher was given them. */
  readonly context: EmulatorContext;
  killConsumer(): Promise<void>;
}

/** Parameters of serverless.yml by name. */
export type Parameters = Readonly<Record<string, string>>;

/**
 * Short, since a test waits for what a killed consumer had; AWS wants a visibility timeout no shorter than the function's.
 */
const shortTimeouts: Parameters = { persistTimeoutSeconds: '10', visibilityTimeoutSeconds: '12' };
/** serverless.yml's, where an emulator's own limits ask for none. */
const defaultMaxBodyBytes = '4500000';

/** Emulators run in sessions of their own; a test run that ends early must not leave them. */
const running = new Set<number>();
process.once('exit', () => {
  for (const pid of running) {
    for (const each of [...descendants(pid), pid]) kill(each);
  }
});

const kill = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
};

/** The processes below `root` that run a function. */
const processesOf = (root: number, functionName: string): readonly number[] =>
  descendants(root).filter((pid) => {
    try {
      const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
      return variables.includes(`AWS_LAMBDA_FUNCTION_NAME=${functionName}`);
    } catch {
      return false;
    }
  });

const killFunction = async (root: number, functionName: string): Promise<void> => {
  const victims = await eventually(`${functionName} to run`, () => {
    const found = processesOf(root, functionName);
    return found.length > 0 ? found : undefined;
  });
  for (const pid of victims) kill(pid);
  await eventually(`${functionName} to be gone`, () => {
    const left = processesOf(root, functionName);
    return victims.some((pid) => left.includes(pid)) ? undefined : true;
  });
};

/** Where an emulator's own gateway is not API Gateway; pinned, so that a release that mends one of them is noticed. */
export type GatewayStatus = Host['gatewayStatus'];

/** Steps go to the test's output only when something goes wrong. */
const contextFor = (emulator: Emulator, folder: string, port: number, parameters: Parameters) => {
  const words = [
    ...['--port', String(port)],
    ...['--state', path.join(folder, 'state')],
    ...['--store', path.join(folder, 'store')],
    ...Object.entries({ ...shortTimeouts, ...parameters }).flatMap(([name, value]) => ['--param', `${name}=${value}`]),
    '--discard',
  ];
  const root = repository.replace(/\/$/, '');
  const environment = { FI_KEYS_FILE: path.join(folder, 'keys.json') };
  let said = '';
  const context: EmulatorContext = {
    emulator,
    options: parseOptions(words, { emulator, environment, repository: root, workingFolder: root }),
    repository: root,
    clock: systemClock,
    steps: createSteps({
      write: (text) => {
        said += text;
      },
      watched: false,
      clock: systemClock,
    }),
    signal: new AbortController().signal,
  };
  return { context, said: () => said };
};

/** Starts an emulator on a free port and on folders of its own under the system's temporary folder, and deploys to it. */
const startEmulatorHost = async (
  emulator: Emulator,
  gatewayStatus: GatewayStatus,
  parameters: Parameters,
): Promise<EmulatorHost> => {
  const folder = await mkdtemp(path.join(tmpdir(), `fi-e2e-${emulator.name}-`));
  const [port = 0] = await freePorts(1);
  const { context, said } = contextFor(emulator, folder, port, parameters);
  const stop = async (): Promise<void> => {
    const { record } = await down(context);
    if (record !== undefined) running.delete(record.process.pid);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const { endpoint, record, deployed } = await up(context);
    const { pid } = record.process;
    running.add(pid);
    if (deployed === undefined) throw new Error('nothing was deployed');
    return {
      name: emulator.title,
      baseUrl: deployed.url,
      queueEndpoint: endpoint,
      maxBodyBytes: Number(parameters.maxBodyBytes ?? emulator.parameters.maxBodyBytes ?? defaultMaxBodyBytes),
      gatewayStatus,
      countsTogether: false,
      storeDir: record.storeDir,
      pid,
      context,
      killConsumer: () => killFunction(pid, 'fi-events-local-persist'),
      stop,
    };
  } catch (cause) {
    await stop();
    throw new Error(`${emulator.title} did not start:\n${said()}`, { cause });
  }
};

const localstackGateway: GatewayStatus = {};
const ministackGateway: GatewayStatus = {
  // It decodes the whole path before it looks for a route.
  'a consultation id with a path separator': 404,
  // It takes an escape that it cannot read for text.
  'a bad percent-escape': 202,
};

/** A REST API on LocalStack's open core. */
export const startLocalStack = (parameters: Parameters = {}): Promise<EmulatorHost> =>
  startEmulatorHost(localstack, localstackGateway, parameters);

/** An HTTP API on MiniStack. */
export const startMiniStack = (parameters: Parameters = {}): Promise<EmulatorHost> =>
  startEmulatorHost(ministack, ministackGateway, parameters);
