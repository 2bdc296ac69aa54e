import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import type { EmulatorContext } from './context.ts';
import { type Deployed, deploy } from './deploy/deploy.ts';
import type { StartSettings } from './emulator.ts';
import { EmulatorError } from './errors.ts';
import { requireFreePort } from './free-port.ts';
import { holdingState } from './hold-state.ts';
import { mountsAllowed, mountsFor, seenByFunctions } from './mounts.ts';
import { endProcess } from './process/end-process.ts';
import { isAlive } from './process/identity.ts';
import { type RunRecord, readRecord, removeRecord, writeRecord } from './process/record.ts';
import { ensureEnvironment } from './python/environment.ts';
import { findPython } from './python/find-python.ts';
import { openIntake } from './queue/intake.ts';
import { emulatorEnvironment, requireLoopbackOnly, startEmulator } from './start-emulator.ts';

/** An emulator that runs, and what is deployed on it. */
export interface Running {
  readonly endpoint: string;
  readonly logFile: string;
  readonly record: RunRecord;
  /** Undefined with `--no-deploy`. */
  readonly deployed: Deployed | undefined;
}

const endpointOf = ({ port }: RunRecord): string => `http://127.0.0.1:${port}`;

const logFileOf = ({ options, emulator }: EmulatorContext): string =>
  path.join(options.stateDir, `${emulator.name}.log`);

/** What only a new start could change. */
const requireSameSettings = ({ emulator, options }: EmulatorContext, record: RunRecord): void => {
  const differences = [
    options.port !== undefined && options.port !== record.port ? `on port ${record.port}` : '',
    options.storeNamed && options.storeDir !== record.storeDir ? `with the store ${record.storeDir}` : '',
  ].filter((difference) => difference !== '');
  if (differences.length === 0) return;
  throw new EmulatorError(
    'RunsDifferently',
    `${emulator.title} runs already, ${differences.join(' and ')}: stop it first with npm run ${emulator.name}:down.`,
  );
};

/** The one that an earlier start left running, where it does. */
const runningRecord = (context: EmulatorContext): RunRecord | undefined => {
  const { stateDir } = context.options;
  const record = readRecord(stateDir);
  if (record === undefined) return undefined;
  if (isAlive(record.process)) {
    requireSameSettings(context, record);
    return record;
  }
  context.steps.note(`${context.emulator.title} had ended by itself since the last start.`);
  removeRecord(stateDir);
  return undefined;
};

/**
 * The `python` of the emulator's environment, which is made where it is not there yet.
 * @throws EmulatorError `PythonMissing` or `PackagesNotInstalled`
 */
export const pythonOf = ({ emulator, repository, steps, signal }: EmulatorContext): Promise<string> => {
  const environment = process.env;
  return ensureEnvironment({
    emulator,
    repository,
    folder: path.join(repository, '.localstack/python'),
    findPython: (versions) => findPython(emulator.title, versions, { environment, homeDir: homedir() }),
    userNamesPython: Boolean(environment.PYTHON),
    steps,
    signal,
  });
};

const start = async (context: EmulatorContext): Promise<RunRecord> => {
  const { emulator, options, clock, steps, signal } = context;
  const { stateDir } = options;
  const port = options.port ?? emulator.defaultPort;
  await requireFreePort(port, emulator.title, clock);
  const python = await pythonOf(context);
  for (const folder of Object.values(mountsFor(options))) await mkdir(folder, { recursive: true });
  const unmounted: StartSettings = { port, stateDir, nodePath: process.execPath, mounts: {} };
  const withMounts: StartSettings = { ...unmounted, mounts: mountsFor(options) };
  const mounted = emulator.canMount && (await mountsAllowed(python, emulatorEnvironment(emulator, withMounts), signal));
  const settings = mounted ? withMounts : unmounted;
  return steps.run(`Starting ${emulator.title} on 127.0.0.1:${port}`, async () => {
    let record: RunRecord | undefined;
    try {
      await startEmulator({ emulator, settings, python, logFile: logFileOf(context), clock, signal }, (started) => {
        record = { process: started, port, ...seenByFunctions(options, false), mounted };
        writeRecord(stateDir, record);
      });
    } catch (error) {
      removeRecord(stateDir);
      throw error;
    }
    if (record === undefined) throw new Error('started and not recorded');
    return record;
  });
};

const parametersOf = ({ emulator, options }: EmulatorContext, record: RunRecord): Readonly<Record<string, string>> => ({
  ...emulator.parameters,
  fileSystem: 'host',
  ...seenByFunctions(record, record.mounted),
  ...options.parameters,
});

const deployOn = async (context: EmulatorContext, record: RunRecord): Promise<Deployed | undefined> => {
  const { options, repository, clock, steps, signal, emulator } = context;
  if (!options.deploy) return undefined;
  const deployed = await deploy({
    repository,
    endpoint: endpointOf(record),
    parameters: parametersOf(context, record),
    logFile: path.join(options.stateDir, 'deploy.log'),
    clock,
    steps,
    signal,
  });
  // Once more: a service that the deployment was the first to use may have opened a port of its own.
  requireLoopbackOnly(emulator, record.process);
  // A stop that was killed while it waited for the queue left it closed.
  await openIntake(endpointOf(record), deployed.stack);
  return deployed;
};

/**
 * Starts an emulator, or finds it running, and deploys to it. What this very call started is ended again when the call
 * is interrupted; a deployment that failed leaves it running, to look at and to try again.
 */
export const up = (context: EmulatorContext): Promise<Running> =>
  holdingState(context, async () => {
    const { options, steps, emulator, clock } = context;
    const found = runningRecord(context);
    if (found !== undefined) steps.note(`${emulator.title} runs already on 127.0.0.1:${found.port}: deploying to it.`);
    const record = found ?? (await start(context));
    try {
      const deployed = await deployOn(context, record);
      return { endpoint: endpointOf(record), logFile: logFileOf(context), record, deployed };
    } catch (error) {
      const exposed = error instanceof EmulatorError && error.tag === 'ListensBeyondLoopback';
      if (exposed || (context.signal.aborted && found === undefined)) {
        await endProcess(record.process, { clock, graceMs: emulator.endGraceMs });
        removeRecord(options.stateDir);
      }
      throw error;
    }
  });
