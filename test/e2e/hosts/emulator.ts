import { readFileSync } from 'node:fs';
import type { Emulator } from '../../../localstack/emulators/emulator.ts';
import { localstack } from '../../../localstack/emulators/localstack.ts';
import { ministack } from '../../../localstack/emulators/ministack.ts';
import { up } from '../../../localstack/emulators/up.ts';
import { eventually } from '../api/eventually.ts';
import type { Host } from './host.ts';
import { openLaunched, type Parameters } from './launched.ts';
import { descendants } from './processes.ts';

/** fi-events deployed on an emulator that this process started. */
export interface EmulatorHost extends Host {
  readonly queueEndpoint: string;
  readonly storeDir: string;
  readonly signingKeyFile: string;
  /** Where the emulator writes down what it does. */
  readonly logFile: string;
  killConsumer(): Promise<void>;
}

/** serverless.yml's, where an emulator's own limits ask for none. */
const defaultMaxBodyBytes = '4500000';

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
  for (const pid of victims) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      // Its parent among the victims may have taken it along.
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  }
  await eventually(`${functionName} to be gone`, () => {
    const left = processesOf(root, functionName);
    return victims.some((pid) => left.includes(pid)) ? undefined : true;
  });
};

/** Starts an emulator on a free port and on folders of its own, and deploys to it with short timeouts. */
const startEmulatorHost = async (
  emulator: Emulator,
  gatewayStatus: Host['gatewayStatus'],
  parameters: Parameters,
): Promise<EmulatorHost> => {
  const launched = await openLaunched(emulator);
  try {
    const { endpoint, record, deployed, logFile } = await up(launched.context(parameters));
    if (deployed === undefined) throw new Error('nothing was deployed');
    return {
      name: emulator.title,
      baseUrl: deployed.url,
      queueEndpoint: endpoint,
      maxBodyBytes: Number(parameters.maxBodyBytes ?? emulator.parameters.maxBodyBytes ?? defaultMaxBodyBytes),
      gatewayStatus,
      countsTogether: false,
      storeDir: record.storeDir,
      signingKeyFile: record.signingKeyFile,
      logFile,
      killConsumer: () => killFunction(record.process.pid, 'fi-events-local-persist'),
      stop: launched.close,
    };
  } catch (cause) {
    const said = launched.said();
    await launched.close();
    throw new Error(`${emulator.title} did not start:\n${said}`, { cause });
  }
};

/** A REST API on LocalStack's open core, whose gateway answers as API Gateway does. */
export const startLocalStack = (parameters: Parameters = {}): Promise<EmulatorHost> =>
  startEmulatorHost(localstack, {}, parameters);

/** Where MiniStack's gateway is not API Gateway; pinned, so that a release that mends one of them is noticed. */
const ministackGateway: Host['gatewayStatus'] = {
  // It decodes the whole path before it looks for a route.
  'a consultation id with a path separator': 404,
  // It takes an escape that it cannot read for text.
  'a bad percent-escape': 202,
};

/** An HTTP API on MiniStack. */
export const startMiniStack = (parameters: Parameters = {}): Promise<EmulatorHost> =>
  startEmulatorHost(ministack, ministackGateway, parameters);
