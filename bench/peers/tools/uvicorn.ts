import { fileURLToPath } from 'node:url';
import type { HostProcess } from '../../../test/e2e/hosts/host-process.ts';
import { peersPython } from './python.ts';
import { runServer } from './run-server.ts';

const stackFolder = fileURLToPath(new URL('../report-stack/', import.meta.url));

export interface UvicornOptions {
  /** A file of bench/peers/report-stack, without its ending. */
  readonly app: string;
  readonly port: number;
  readonly workers: number;
  readonly environment: Readonly<Record<string, string>>;
}

/** Starts an app of the report's stack. */
export const startUvicorn = async ({ app, port, workers, environment }: UvicornOptions): Promise<HostProcess> =>
  runServer({
    command: await peersPython(),
    args: [
      ...['-m', 'uvicorn', `${app}:app`, '--app-dir', stackFolder, '--host', '127.0.0.1', '--port', String(port)],
      ...['--workers', String(workers), '--no-access-log', '--log-level', 'warning'],
    ],
    environment: { ...environment, PYTHONDONTWRITEBYTECODE: '1' },
    isReady: async () => (await fetch(`http://127.0.0.1:${port}/openapi.json`)).ok,
  });
