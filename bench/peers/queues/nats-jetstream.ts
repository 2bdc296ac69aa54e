import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { freePorts } from '../../../test/e2e/hosts/host.ts';
import { natsSubject } from '../../load/protocols/nats.ts';
import type { LoadRun } from '../../load/run-loads.ts';
import { countMissing, idsIn } from '../measure/count-missing.ts';
import type { Peer } from '../peer.ts';
import { natsServer } from '../tools/nats-server.ts';
import { runServer } from '../tools/run-server.ts';
import { runningServers } from '../tools/running-servers.ts';
import { connectNats } from './nats-client.ts';

const stream = 'EVENTS';

type Answer = Readonly<Record<string, unknown>>;

const requireNoError = (answer: Answer): Answer => {
  if ('error' in answer) throw new Error(`JetStream refused: ${JSON.stringify(answer.error)}`);
  return answer;
};

/** Makes the stream; one with the same settings may be there already. Full, it refuses what is new instead of dropping what is old. */
const createStream = async (port: number, limitBytes: number | undefined): Promise<void> => {
  const client = await connectNats(port);
  try {
    const limit = limitBytes === undefined ? {} : { max_bytes: limitBytes };
    const settings = { name: stream, subjects: [natsSubject], storage: 'file', retention: 'limits', discard: 'new' };
    requireNoError(await client.ask(`$JS.API.STREAM.CREATE.${stream}`, { ...settings, num_replicas: 1, ...limit }));
  } finally {
    client.close();
  }
};

/** Has the whole stream sent to an inbox. */
const missingInStream = async (port: number, runs: readonly LoadRun[]): Promise<number> => {
  const client = await connectNats(port);
  try {
    const { state } = requireNoError(await client.ask(`$JS.API.STREAM.INFO.${stream}`, {})) as {
      readonly state?: { readonly messages: number };
    };
    const config = { deliver_subject: client.inbox, deliver_policy: 'all', ack_policy: 'none' };
    client.tell(`$JS.API.CONSUMER.CREATE.${stream}`, { stream_name: stream, config });
    const ids: string[] = [];
    while (ids.length < (state?.messages ?? 0)) ids.push(...idsIn(await client.next()));
    return countMissing(runs, ids);
  } finally {
    client.close();
  }
};

const natsJetStream = (name: string, syncInterval: string, what: string): Peer => ({
  name,
  what,
  prepare: async () => {
    await natsServer();
  },
  start: async ({ folder, limitBytes }) => {
    const [port = 0] = await freePorts(1);
    const settings = path.join(folder, 'nats.conf');
    const jetstream = `store_dir: ${JSON.stringify(path.join(folder, 'jetstream'))}, sync_interval: ${syncInterval}`;
    await writeFile(settings, `host: 127.0.0.1\nport: ${port}\njetstream: { ${jetstream} }\n`);
    const server = await runServer({
      command: await natsServer(),
      args: ['-c', settings],
      isReady: async () => {
        await createStream(port, limitBytes);
        return true;
      },
    });
    return runningServers([server], {
      target: { host: '127.0.0.1', port, protocol: 'nats' },
      missing: (runs) => missingInStream(port, runs),
    });
  },
});

export const natsJetStreamSynced = natsJetStream(
  'nats-jetstream-synced',
  'always',
  'NATS JetStream in files, sync_interval always: synced before the acknowledgement. Its limit: max_bytes, discard new',
);

export const natsJetStreamUnsynced = natsJetStream(
  'nats-jetstream',
  '"2m"',
  'the same as it is by default: synced every two minutes, so that a loss of power costs what was acknowledged since',
);
