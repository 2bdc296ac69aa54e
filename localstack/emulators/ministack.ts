import path from 'node:path';
import type { Emulator } from './emulator.ts';

const lock = 'localstack/emulators/ministack-requirements.txt';

/**
 * MiniStack: small, quick, and the one where an HTTP API really deploys. It runs functions as processes itself, with the
 * first `node` on PATH, and gives them its own environment beside theirs: nothing of the caller's shell may be in it.
 */
export const ministack: Emulator = {
  name: 'ministack',
  title: 'MiniStack',
  // Beside LocalStack's, so that both can run.
  defaultPort: 4567,
  locks: [
    { python: '3.13', file: lock },
    { python: '3.12', file: lock },
    { python: '3.11', file: lock },
    { python: '3.10', file: lock },
  ],
  localPackage: undefined,
  installedBytes: 95_000_000,
  module: 'ministack',
  healthPath: '/_ministack/health',
  parameters: { api: 'http' },
  canMount: false,
  keepsQueues: true,
  environment: ({ port, stateDir }) => ({
    GATEWAY_PORT: String(port),
    // It listens on every address otherwise.
    BIND_HOST: '127.0.0.1',
    MINISTACK_HOST: 'localhost',
    LAMBDA_EXECUTOR: 'local',
    LAMBDA_WARM_TTL_SECONDS: '600',
    // Written at SIGTERM: a kill -9 loses what came since the start.
    PERSIST_STATE: '1',
    STATE_DIR: path.join(stateDir, 'state'),
    // The deployment bucket belongs to the stack: without it a later deployment finds the stack and not its bucket.
    S3_PERSIST: '1',
    S3_DATA_DIR: path.join(stateDir, 's3'),
    TMPDIR: path.join(stateDir, 'tmp'),
    // Two servers with ports of their own that nobody here needs.
    SFTP_ENABLED: '0',
    IOT_MTLS_ENABLED: '0',
  }),
};
