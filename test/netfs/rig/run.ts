import { execFile } from 'node:child_process';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const mostOutputBytes = 64 * 1024 * 1024;

/** Runs a command to its end, whatever that is. @throws Error when it can't be started or takes longer than `timeoutMs`. */
export const outcomeOf = (
  command: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
  timeoutMs = 60_000,
): Promise<Ran> =>
  new Promise((resolve, reject) => {
    const options = {
      env: environment,
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      maxBuffer: mostOutputBytes,
    } as const;
    execFile(command, args, options, (error, stdout, stderr) => {
      if (error === null) resolve({ code: 0, stdout, stderr });
      else if (typeof error.code === 'number') resolve({ code: error.code, stdout, stderr });
      else reject(new Error(`${command} ${args.join(' ')} did not end by itself: ${stderr}`, { cause: error }));
    });
  });

/** The same for a command that has to succeed. @returns what it wrote to standard output */
export const run = async (...args: Parameters<typeof outcomeOf>): Promise<string> => {
  const { code, stdout, stderr } = await outcomeOf(...args);
  if (code === 0) return stdout;
  throw new Error(`${args[0]} ${args[1].join(' ')} ended with ${code}: ${stderr}${stdout}`);
};
