import { execFile } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePorts } from '../../../test/e2e/hosts/host.ts';
import { countMissing } from '../measure/count-missing.ts';
import type { Peer } from '../peer.ts';
import { peersPython } from '../tools/python.ts';
import { runningServers } from '../tools/running-servers.ts';
import { startUvicorn } from '../tools/uvicorn.ts';

const readIds = fileURLToPath(new URL('../report-stack/read_ids.py', import.meta.url));
const mostOutputBytes = 256 * 1024 ** 2;

/** A file that HDF5 cannot open any more holds nothing that anybody could read. */
const idsInFile = async (file: string): Promise<readonly string[]> => {
  try {
    const { stdout } = await promisify(execFile)(await peersPython(), [readIds, file], { maxBuffer: mostOutputBytes });
    return stdout.split('\n');
  } catch {
    return [];
  }
};

/** The report's stacks that append to one HDF5 file within each request, and sync nothing. */
const reportDirect = (name: string, app: string, workers: number, what: string): Peer => ({
  name,
  what,
  prepare: async () => {
    await peersPython();
  },
  start: async ({ folder }) => {
    const [port = 0] = await freePorts(1);
    const file = path.join(folder, 'events.h5');
    const server = await startUvicorn({ app, port, workers, environment: { EVENT_FILE: file } });
    return runningServers([server], {
      target: { host: '127.0.0.1', port },
      missing: async (runs) => countMissing(runs, await idsInFile(file)),
    });
  },
});

export const reportBaseline = reportDirect(
  'report-baseline',
  'baseline',
  1,
  "the report's baseline: FastAPI, one worker, gzip 4; the event is in the file at the answer, and nothing is synced",
);

export const reportPhase1 = reportDirect(
  'report-phase-1',
  'phase_1',
  1,
  "the report's phase 1: orjson, gzip 1, chunks of 100, one worker; nothing is synced",
);

export const reportPhase1Workers = reportDirect(
  'report-phase-1-workers',
  'phase_1',
  4,
  "the report's phase 1 with its four workers, which write one file: HDF5 lets one in at a time and refuses the others",
);
