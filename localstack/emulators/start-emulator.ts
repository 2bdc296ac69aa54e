import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Emulator, StartSettings } from './emulator.ts';
import { EmulatorError } from './errors.ts';
import { descendantsOf } from './process/descendants.ts';
import { endProcess } from './process/end-process.ts';
import { identityOf, isAlive, type ProcessIdentity } from './process/identity.ts';
import { beyondLoopback, listeningSockets } from './process/listening.ts';

export interface StartOptions {
  readonly emulator: Emulator;
  readonly settings: StartSettings;
  readonly python: string;
  readonly logFile: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** A first start compiles every module; a later one takes seconds. */
const healthyTimeoutMs = 120_000;
const pollMs = 100;
const shownLines = 15;
/** After SIGTERM; MiniStack writes its state then. */
export const endGraceMs = 20_000;

/** What a process needs of ours. Everything else stays out: MiniStack hands its whole environment to functions. */
const passedOn = /^(HOME|LANG|LC_.*|TZ|USER|LOGNAME|SSL_CERT_.*)$/;

/** The environment of an emulator's process. */
export const emulatorEnvironment = (emulator: Emulator, settings: StartSettings): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => passedOn.test(name))),
  // The Node that functions are to run on comes first.
  PATH: `${path.dirname(settings.nodePath)}:${process.env.PATH ?? ''}`,
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: 'us-east-1',
  AWS_DEFAULT_REGION: 'us-east-1',
  PYTHONUNBUFFERED: '1',
  ...emulator.environment(settings),
});

const isHealthy = async (url: string): Promise<boolean> => {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
};

const lastLines = async (file: string): Promise<string> =>
  (await readFile(file, 'utf8').catch(() => '')).trimEnd().split('\n').slice(-shownLines).join('\n');

/** @throws EmulatorError `ListensBeyondLoopback` when another machine could reach one of the emulator's processes */
export const requireLoopbackOnly = ({ title }: Emulator, { pid }: ProcessIdentity): void => {
  const exposed = beyondLoopback(listeningSockets([pid, ...descendantsOf(pid)]));
  if (exposed.length === 0) return;
  throw new EmulatorError(
    'ListensBeyondLoopback',
    `${title} listens on ${exposed.join(', ')}, where other machines reach it without any key. It was ended.`,
  );
};

/**
 * Starts an emulator in the background, in a session of its own, and waits until it answers. Where that fails or is
 * interrupted, it is ended again.
 * @param onStarted told the process at once, so that it is recorded before anything else can go wrong
 * @throws EmulatorError `DidNotStart` or `ListensBeyondLoopback`
 */
export const startEmulator = async (
  options: StartOptions,
  onStarted: (process: ProcessIdentity) => void,
): Promise<ProcessIdentity> => {
  const { emulator, settings, python, logFile, clock, signal } = options;
  // What an earlier run left when it was killed: code of functions, half-written files.
  rmSync(path.join(settings.stateDir, 'tmp'), { recursive: true, force: true });
  mkdirSync(path.join(settings.stateDir, 'tmp'), { recursive: true });
  // Node asks the nearest package.json above a .js file what it is written in: for the code of functions and for MiniStack's
  // own script that must not be this repository's.
  writeFileSync(path.join(settings.stateDir, 'package.json'), '{}\n');
  const log = openSync(logFile, 'w');
  const child = spawn(python, ['-m', emulator.module], {
    cwd: settings.stateDir,
    env: emulatorEnvironment(emulator, settings),
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  await new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  child.unref();
  const started = child.pid === undefined ? undefined : identityOf(child.pid);
  if (started === undefined) {
    throw new EmulatorError('DidNotStart', `${emulator.title} ended at once. Its log:\n${await lastLines(logFile)}`);
  }
  onStarted(started);
  try {
    const deadlineMs = clock.monotonicMs() + healthyTimeoutMs;
    while (!(await isHealthy(`http://127.0.0.1:${settings.port}${emulator.healthPath}`))) {
      const why = !isAlive(started)
        ? 'ended before it answered'
        : clock.monotonicMs() > deadlineMs
          ? 'does not answer'
          : '';
      if (why !== '') {
        throw new EmulatorError(
          'DidNotStart',
          `${emulator.title} ${why}. The last of ${logFile}:\n${await lastLines(logFile)}`,
        );
      }
      await clock.sleep(pollMs, signal);
      signal.throwIfAborted();
    }
    requireLoopbackOnly(emulator, started);
    return started;
  } catch (error) {
    await endProcess(started, { clock, graceMs: endGraceMs });
    throw error;
  }
};
