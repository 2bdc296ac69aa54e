import net from 'node:net';
import { eventually } from '../../e2e/api/eventually.ts';

const answers = (host: string, port: number): Promise<true | undefined> =>
  new Promise((resolve) => {
    const socket = net.connect({ host, port, timeout: 1_000 });
    const done = (answer: true | undefined): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => done(true));
    socket.once('error', () => done(undefined));
    socket.once('timeout', () => done(undefined));
  });

/** Waits until somebody listens. @throws Error with what `said` tells when nobody does. */
export const listening = async (host: string, port: number, said: () => string): Promise<void> => {
  await eventually(`${host}:${port} to be listened on`, () => answers(host, port)).catch((cause: unknown) => {
    throw new Error(`nobody listens on ${host}:${port}: ${said()}`, { cause });
  });
};
