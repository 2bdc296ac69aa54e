import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { freePorts } from '../../../test/e2e/hosts/host.ts';
import { countMissing, idsIn } from '../measure/count-missing.ts';
import type { Peer } from '../peer.ts';
import { benthosProgram } from '../tools/benthos-program.ts';
import { answersHttp, runServer } from '../tools/run-server.ts';
import { runningServers } from '../tools/running-servers.ts';

/** It answers when the line is written; the second output makes that a 202. YAML takes JSON. */
const settingsOf = (port: number, file: string): string =>
  JSON.stringify({
    http: { enabled: false },
    logger: { level: 'WARN' },
    input: {
      http_server: {
        address: `127.0.0.1:${port}`,
        path: '/consultations/{consultation}/events',
        sync_response: { status: '202' },
      },
    },
    output: {
      broker: {
        pattern: 'fan_out_sequential',
        outputs: [
          { file: { path: file, codec: 'lines' } },
          { sync_response: {}, processors: [{ mapping: 'root = {"status":"accepted"}' }] },
        ],
      },
    },
  });

export const benthos: Peer = {
  name: 'benthos',
  what: 'Benthos (the open core of Redpanda Connect), HTTP to a file of lines: written before the answer, not synced, nothing looked at',
  prepare: async () => {
    await benthosProgram();
  },
  start: async ({ folder }) => {
    const [port = 0] = await freePorts(1);
    const [settings, file] = [path.join(folder, 'benthos.yaml'), path.join(folder, 'events.ndjson')];
    await writeFile(settings, settingsOf(port, file));
    const server = await runServer({
      command: await benthosProgram(),
      args: ['-c', settings],
      isReady: () => answersHttp(port),
    });
    return runningServers([server], {
      target: { host: '127.0.0.1', port },
      missing: async (runs) => countMissing(runs, existsSync(file) ? idsIn(readFileSync(file, 'utf8')) : []),
    });
  },
};
