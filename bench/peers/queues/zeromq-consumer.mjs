import { appendFileSync, openSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/**
 * LIBRARY PORT FILE [paused]: the consumer that ZeroMQ needs, since it keeps nothing itself. It appends each message to a file, unsynced;
 * `paused`, it listens and takes nothing.
 */
const [, , library = '', port = '', file = '', paused] = process.argv;
const { Pull } = createRequire(path.join(library, 'package.json'))('zeromq');

const socket = new Pull();
await socket.bind(`tcp://127.0.0.1:${port}`);
console.log('ready');
if (paused === undefined) {
  const descriptor = openSync(file, 'a');
  for await (const [message] of socket) appendFileSync(descriptor, `${message}\n`);
} else {
  // A socket that nobody reads keeps no process alive, nor does an input that was closed.
  setInterval(() => {}, 2 ** 30);
}
