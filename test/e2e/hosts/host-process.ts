import { spawn } from 'node:child_process';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A host started by us, with every process that it starts itself. */
export interface HostProcess {
  readonly pid: number;
  /** What it wrote so far, both streams, newest 64 KiB. */
  output(): string;
  /** Undefined while it runs. */
  exit(): Exit | undefined;
  readonly exited: Promise<Exit>;
  /** To the first process alone, as a service manager does. */
  signal(name: NodeJS.Signals): void;
  /** SIGKILL to the whole group at once, as a machine that goes down. */
  killAll(): Promise<Exit>;
}

const keptCharacters = 65_536;
const running = new Set<number>();

const killGroup = (pid: number): void => {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // Everyone of the group is gone already.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
};

process.once('exit', () => {
  for (const pid of running) killGroup(pid);
});

/** Settings of the caller's shell must not leak into a host under test. */
const withoutSettings = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(FI_|AWS_|NODE_OPTIONS|VITEST|NODE_ENV)/.test(name)),
  );

/** Starts `command` in a process group of its own. */
export const spawnHost = (
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): HostProcess => {
  const child = spawn(command, args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...withoutSettings(), ...environment },
  });
  let output = '';
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-keptCharacters);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} could not be started`);
  running.add(pid);
  let exit: Exit | undefined;
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => {
      exit = { code, signal };
      resolve(exit);
    });
  });
  return {
    pid,
    output: () => output,
    exit: () => exit,
    exited,
    signal: (name) => {
      child.kill(name);
    },
    killAll: async () => {
      killGroup(pid);
      running.delete(pid);
      return exited;
    },
  };
};
