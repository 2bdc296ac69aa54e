import path from 'node:path';
import type { Emulator } from './emulator.ts';

/** LocalStack's open core from PyPI, in host mode: no Docker, no token. Functions run in processes of our own executor. */
export const localstack: Emulator = {
  name: 'localstack',
  title: 'LocalStack',
  defaultPort: 4566,
  locks: [
    { python: '3.13', file: 'localstack/executor/requirements-3.13.txt' },
    // 4.14 is written in a Python that 3.11 cannot parse; 4.13 is the last that runs there.
    { python: '3.11', file: 'localstack/executor/requirements-3.11.txt' },
  ],
  localPackage: 'localstack/executor',
  installedBytes: 530_000_000,
  module: 'localstack.runtime.main',
  healthPath: '/_localstack/health',
  parameters: {
    // It pretends to deploy an HTTP API and serves nothing there.
    api: 'rest',
    // Its gateway hands a body over as JSON text in which a letter of two bytes takes six; an event may have 6 MiB.
    maxBodyBytes: '2000000',
  },
  canMount: true,
  keepsQueues: false,
  environment: ({ port, stateDir, nodePath, mounts }) => ({
    GATEWAY_LISTEN: `127.0.0.1:${port}`,
    LOCALSTACK_HOST: `localhost.localstack.cloud:${port}`,
    // Everything that it writes; the default is inside the Python environment, which several may share.
    FILESYSTEM_ROOT: path.join(stateDir, 'filesystem'),
    TMPDIR: path.join(stateDir, 'tmp'),
    // No DNS server, no usage events, no certificate from the network.
    DNS_ADDRESS: '0',
    DISABLE_EVENTS: '1',
    SKIP_SSL_CERT_DOWNLOAD: '1',
    EAGER_SERVICE_LOADING: '0',
    ACTIVATE_PRO: '0',
    LAMBDA_RUNTIME_EXECUTOR: 'process',
    PROCESS_EXECUTOR_NODE: nodePath,
    PROCESS_EXECUTOR_MOUNTS: JSON.stringify(mounts),
    // A function's processes stay for ten minutes after their last invocation.
    LAMBDA_KEEPALIVE_MS: '600000',
    // Its own defaults poll a queue once a second, and every ten seconds once it was empty.
    LAMBDA_EVENT_SOURCE_MAPPING_POLL_INTERVAL_SEC: '0.01',
    LAMBDA_EVENT_SOURCE_MAPPING_MAX_BACKOFF_ON_EMPTY_POLL_SEC: '1',
  }),
};
