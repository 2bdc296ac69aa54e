import { fileURLToPath } from 'node:url';
import { freePorts } from '../../../test/e2e/hosts/host.ts';
import type { Peer } from '../peer.ts';
import { answersHttp, runServer } from '../tools/run-server.ts';
import { runningServers } from '../tools/running-servers.ts';
import { missingInSqs, queueName, queuePath } from './sqs-queue.ts';

const program = fileURLToPath(new URL('./journal-server.ts', import.meta.url));

/** Ours: the queue that `npm start` has in its front, here in a process of its own like the peers. */
export const journal: Peer = {
  name: 'ours',
  what: "the embedded journal in a process of its own, over SQS's protocol; synced before the answer",
  prepare: async () => {},
  start: async ({ folder, limitBytes }) => {
    const [port = 0] = await freePorts(1);
    const limit = limitBytes === undefined ? [] : [String(limitBytes)];
    const server = await runServer({
      command: process.execPath,
      args: ['--max-semi-space-size=16', program, folder, String(port), queueName, ...limit],
      isReady: () => answersHttp(port),
    });
    return runningServers([server], {
      target: { host: '127.0.0.1', port, basePath: queuePath, protocol: 'sqs' },
      missing: (runs) => missingInSqs(port, runs),
    });
  },
};
