import { runCli } from './cli.ts';
import { commands } from './commands.ts';
import { createTerminal } from './terminal.ts';

/** Runs the command line of this process. */
export const main = async (): Promise<void> => {
  // `fi cat PART | head` closes the pipe early; that is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort());
  process.exitCode = await runCli({
    commands,
    arguments: process.argv.slice(2),
    environment: process.env,
    terminal: createTerminal({ out: process.stdout, err: process.stderr, watched: process.stderr.isTTY === true }),
    signal: interrupted.signal,
  });
};
