import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { freePorts } from '../../../test/e2e/hosts/host.ts';
import type { Peer } from '../peer.ts';
import { elasticMqClassPath } from '../tools/elasticmq-jars.ts';
import { runServer } from '../tools/run-server.ts';
import { runningServers } from '../tools/running-servers.ts';
import { createSqsQueue, missingInSqs, queuePath } from './sqs-queue.ts';

/** Its messages in an H2 file that is written at each commit; by default H2 writes half a second later. */
const settingsOf = (port: number, folder: string): string => `
include classpath("application.conf")
node-address { protocol = http, host = "127.0.0.1", port = ${port}, context-path = "" }
rest-sqs { enabled = true, bind-port = ${port}, bind-hostname = "127.0.0.1", sqs-limits = strict }
rest-stats { enabled = false }
queues-storage { enabled = true, path = ${JSON.stringify(path.join(folder, 'queues.conf'))} }
messages-storage {
  enabled = true
  driver-class-name = "org.h2.Driver"
  uri = ${JSON.stringify(`jdbc:h2:${path.join(folder, 'messages')};WRITE_DELAY=0`)}
  username = ""
  password = ""
}
`;

export const elasticMq: Peer = {
  name: 'elasticmq',
  what: 'ElasticMQ with its messages in H2, WRITE_DELAY=0: written at each commit, and not synced each time. It has no limit',
  prepare: async () => {
    await elasticMqClassPath();
  },
  start: async ({ folder }) => {
    const [port = 0] = await freePorts(1);
    const settings = path.join(folder, 'elasticmq.conf');
    await writeFile(settings, settingsOf(port, folder));
    const server = await runServer({
      command: 'java',
      args: ['-cp', await elasticMqClassPath(), `-Dconfig.file=${settings}`, 'org.elasticmq.server.Main'],
      isReady: async () => {
        await createSqsQueue(port);
        return true;
      },
    });
    return runningServers([server], {
      target: { host: '127.0.0.1', port, basePath: queuePath, protocol: 'sqs' },
      missing: (runs) => missingInSqs(port, runs),
    });
  },
};
