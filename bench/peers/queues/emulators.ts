import path from 'node:path';
import type { EmulatorContext } from '../../../localstack/emulators/context.ts';
import type { Emulator } from '../../../localstack/emulators/emulator.ts';
import { EmulatorError } from '../../../localstack/emulators/errors.ts';
import { localstack } from '../../../localstack/emulators/localstack.ts';
import { ministack } from '../../../localstack/emulators/ministack.ts';
import { parseOptions } from '../../../localstack/emulators/options.ts';
import { descendantsOf } from '../../../localstack/emulators/process/descendants.ts';
import { endProcess } from '../../../localstack/emulators/process/end-process.ts';
import { createSteps } from '../../../localstack/emulators/steps.ts';
import { pythonOf, up } from '../../../localstack/emulators/up.ts';
import { systemClock } from '../../../shared/ports/clock.ts';
import { freePorts, repository } from '../../../test/e2e/hosts/host.ts';
import { Skipped } from '../../scenarios/scenario.ts';
import type { Peer } from '../peer.ts';
import { createSqsQueue, missingInSqs, queuePath } from './sqs-queue.ts';

const contextOf = (emulator: Emulator, folder: string, port: number): EmulatorContext => {
  const words = ['--port', String(port), '--state', path.join(folder, 'state'), '--store', path.join(folder, 'store')];
  const root = path.resolve(repository);
  return {
    emulator,
    options: parseOptions([...words, '--no-deploy'], {
      emulator,
      environment: {},
      repository: root,
      workingFolder: root,
    }),
    repository: root,
    clock: systemClock,
    steps: createSteps({ write: (text) => process.stderr.write(text), watched: false, clock: systemClock }),
    signal: new AbortController().signal,
  };
};

/** They run in sessions of their own; a bench that ends early must not leave them. */
const running = new Set<number>();
const killFamily = (pid: number): void => {
  for (const each of [...descendantsOf(pid), pid]) {
    try {
      process.kill(each, 'SIGKILL');
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  }
};
process.once('exit', () => {
  for (const pid of running) killFamily(pid);
});

const emulatorQueue = (emulator: Emulator, what: string): Peer => ({
  name: emulator.name,
  what,
  prepare: async () => {
    try {
      await pythonOf(contextOf(emulator, repository, emulator.defaultPort));
    } catch (cause) {
      if (cause instanceof EmulatorError) throw new Skipped(cause.message, { cause });
      throw cause;
    }
  },
  start: async ({ folder }) => {
    const [port = 0] = await freePorts(1);
    const { record } = await up(contextOf(emulator, folder, port));
    const { pid } = record.process;
    running.add(pid);
    const end = (graceMs: number) => endProcess(record.process, { clock: systemClock, graceMs });
    await createSqsQueue(port);
    return {
      pids: [pid],
      target: { host: '127.0.0.1', port, basePath: queuePath, protocol: 'sqs' },
      settle: async () => {},
      missing: (runs) => missingInSqs(port, runs),
      kill: async () => {
        killFamily(pid);
        await end(0);
        running.delete(pid);
      },
      stop: async () => {
        await end(emulator.endGraceMs);
        running.delete(pid);
      },
    };
  },
});

export const localStackQueue = emulatorQueue(
  localstack,
  "LocalStack's SQS, which holds all of it in memory. It has no limit",
);

export const miniStackQueue = emulatorQueue(
  ministack,
  "MiniStack's SQS, in memory, written to a file when it is ended gently. It has no limit",
);
