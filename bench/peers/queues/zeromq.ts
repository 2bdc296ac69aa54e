import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts } from '../../../test/e2e/hosts/host.ts';
import { countMissing, idsIn } from '../measure/count-missing.ts';
import type { Peer } from '../peer.ts';
import { runServer } from '../tools/run-server.ts';
import { runningServers } from '../tools/running-servers.ts';
import { zeroMqLibrary } from '../tools/zeromq-library.ts';

const program = fileURLToPath(new URL('./zeromq-consumer.mjs', import.meta.url));

export const zeroMq: Peer = {
  name: 'zeromq',
  what: 'ZeroMQ, PUSH to a consumer that appends to a file: no queue and no acknowledgement, an answer is that the sender has it in its own memory. Its limit: 1,000 messages a socket on each side',
  prepare: async () => {
    await zeroMqLibrary();
  },
  start: async ({ folder, limitBytes }) => {
    const library = await zeroMqLibrary();
    const [port = 0] = await freePorts(1);
    const file = path.join(folder, 'messages.ndjson');
    const server = await runServer({
      command: process.execPath,
      args: [program, library, String(port), file, ...(limitBytes === undefined ? [] : ['paused'])],
      isReady: async (started) => started.output().includes('ready'),
    });
    return runningServers([server], {
      target: { host: '127.0.0.1', port, basePath: library, protocol: 'zeromq' },
      missing: async (runs) => countMissing(runs, existsSync(file) ? idsIn(readFileSync(file, 'utf8')) : []),
    });
  },
};
