import { eventually } from '../../../test/e2e/api/eventually.ts';
import { type HostProcess, spawnHost } from '../../../test/e2e/hosts/host-process.ts';

const startDeadlineMs = 60_000;
const endGraceMs = 10_000;

export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Whether it takes requests by now; may throw while it does not. */
  readonly isReady: (server: HostProcess) => Promise<boolean>;
}

/** Starts a server in a process group of its own and waits until it is ready. @throws Error with what it wrote */
export const runServer = async ({ command, args, environment = {}, isReady }: ServerCommand): Promise<HostProcess> => {
  const server = spawnHost(command, args, environment);
  try {
    await eventually(
      `${command} to be ready`,
      async () => {
        if (server.exit() !== undefined) throw new Error('it ended');
        return (await isReady(server).catch(() => false)) ? true : undefined;
      },
      startDeadlineMs,
    );
    return server;
  } catch (cause) {
    await server.killAll();
    throw new Error(`${command} did not start:\n${server.output()}`, { cause });
  }
};

/** Whether an HTTP server answers at all, whatever it says. */
export const answersHttp = async (port: number): Promise<boolean> =>
  (await fetch(`http://127.0.0.1:${port}/`)).status > 0;

/** SIGTERM, and SIGKILL to what is left of its group: at once when it ended, otherwise after a grace. */
export const endServer = async (server: HostProcess): Promise<void> => {
  server.signal('SIGTERM');
  const timer = setTimeout(() => void server.killAll(), endGraceMs);
  await server.exited;
  clearTimeout(timer);
  await server.killAll();
};
