import { createHash } from 'node:crypto';
import { mkdir, realpath } from 'node:fs/promises';
import net from 'node:net';

/** A folder that this process alone works in, until it releases it or ends. */
export interface Hold {
  release(): Promise<void>;
}

/**
 * Takes a folder for one purpose. The lock is a name in Linux's abstract socket namespace (unix(7)): the kernel gives it
 * to one process and takes it back when that ends, however it ends, so no lock file can be left over.
 * @returns undefined when another running process has it
 */
export const holdFolder = async (folder: string, purpose: string): Promise<Hold | undefined> => {
  await mkdir(folder, { recursive: true });
  const name = createHash('sha256')
    .update(`${await realpath(folder)}\0${purpose}`)
    .digest('hex');
  const server = net.createServer((socket) => socket.destroy());
  server.unref();
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(`\0fi-events-${name}`, () => {
      resolve({ release: () => new Promise((released) => server.close(() => released())) });
    });
  });
};
