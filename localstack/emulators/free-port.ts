import net from 'node:net';
import type { Clock } from '../../shared/ports/clock.ts';
import { EmulatorError } from './errors.ts';

/** A process that was killed a moment ago may hold its port until the last of its threads is gone. */
const patienceMs = 3_000;
const pollMs = 100;

const listenFailure = (port: number): Promise<NodeJS.ErrnoException | undefined> =>
  new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', resolve);
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(undefined)));
  });

/** @throws EmulatorError `PortTaken` */
export const requireFreePort = async (port: number, title: string, clock: Clock): Promise<void> => {
  const deadlineMs = clock.monotonicMs() + patienceMs;
  for (;;) {
    const cause = await listenFailure(port);
    if (cause === undefined) return;
    const taken = cause.code === 'EADDRINUSE';
    if (!taken || clock.monotonicMs() >= deadlineMs) {
      const what = taken ? 'is taken: stop what uses it' : `cannot be used (${cause.code})`;
      throw new EmulatorError('PortTaken', `127.0.0.1:${port} ${what}, or give ${title} another one with --port.`, {
        cause,
      });
    }
    await clock.sleep(pollMs);
  }
};
