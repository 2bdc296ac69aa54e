/** Writes a file in the first thread and one in another, and prints how many milliseconds each took. */
import { once } from 'node:events';
import path from 'node:path';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { nodeStoreFiles } from '../../../../shared/store/files.ts';

const [, program = '', folder = ''] = process.argv;

const write = async (name: string): Promise<number> => {
  const startMs = performance.now();
  await nodeStoreFiles.createExclusive(path.join(folder, name), new Uint8Array(1));
  return performance.now() - startMs;
};

if (isMainThread) {
  const first = await write('first');
  const [second] = await once(new Worker(program, { argv: [folder] }), 'message');
  console.log(JSON.stringify([first, second]));
} else {
  parentPort?.postMessage(await write('second'));
}
