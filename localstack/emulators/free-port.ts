import net from 'node:net';
import { EmulatorError } from './errors.ts';

/** @throws EmulatorError `PortTaken` */
export const requireFreePort = async (port: number, title: string): Promise<void> => {
  const server = net.createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const what = cause.code === 'EADDRINUSE' ? 'is taken: stop what uses it' : `cannot be used (${cause.code})`;
      reject(
        new EmulatorError('PortTaken', `127.0.0.1:${port} ${what}, or give ${title} another one with --port.`, {
          cause,
        }),
      );
    });
    server.listen(port, '127.0.0.1', () => resolve());
  });
  await new Promise((resolve) => server.close(resolve));
};
