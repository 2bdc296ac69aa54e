import { spawn } from 'node:child_process';

/** A command did not end with status 0. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
  /** Both streams together, as they came. */
  readonly output: string;
  /** Undefined when a signal ended it or it never started. */
  readonly status: number | undefined;
  constructor(message: string, output: string, options?: ErrorOptions & { status?: number }) {
    super(message, options);
    this.output = output;
    this.status = options?.status;
  }
}

export interface RunOptions {
  readonly cwd?: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Ends the command, and whatever it started, with SIGTERM. */
  readonly signal: AbortSignal;
}

/** More than enough for a message; a build that writes without end must not fill memory. */
const keptCharacters = 200_000;

/**
 * Runs a command to its end in a process group of its own, so that a Ctrl-C at the terminal reaches it through us alone.
 * @returns what it wrote to both streams
 * @throws CommandFailed, also when the signal ended it
 */
export const runCommand = (command: string, args: readonly string[], options: RunOptions): Promise<string> => {
  const { signal, environment, cwd } = options;
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const child = spawn(command, args, {
      ...(cwd === undefined ? {} : { cwd }),
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let output = '';
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-keptCharacters);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const end = (): void => {
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, 'SIGTERM');
      } catch {
        // It ended in this moment.
      }
    };
    signal.addEventListener('abort', end);
    child.once('error', (cause) => {
      signal.removeEventListener('abort', end);
      reject(new CommandFailed(`${command} could not be started`, output, { cause }));
    });
    child.once('close', (code, killedBy) => {
      signal.removeEventListener('abort', end);
      if (code === 0) resolve(output);
      else
        reject(
          new CommandFailed(
            `${command} ended with ${killedBy ?? `status ${code}`}`,
            output,
            code === null ? {} : { status: code },
          ),
        );
    });
  });
};
