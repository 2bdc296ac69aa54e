import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InvalidSetting } from '../../../domain/errors.ts';
import type { Logger } from '../../../telemetry/log.ts';
import { isLoopback } from '../../sqs/loopback.ts';
import type { Journal } from '../port.ts';
import { createAddresses } from './addresses.ts';
import { handle, type Served } from './handle.ts';

export interface ServeJournalOptions {
  readonly journal: Journal;
  /** A loopback address: whoever reaches the port may read and delete every message. Default 127.0.0.1. */
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** In queue URLs and ARNs. Default 000000000000, as other emulators have it. */
  readonly accountId?: string;
  /** In ARNs. Default us-east-1. */
  readonly region?: string;
  readonly logger: Logger;
}

export interface JournalServer {
  /** Where it listens, e.g. `http://127.0.0.1:7002`. */
  readonly url: string;
  queueUrl(name: string): string;
  /** Ends long polls, answers what runs, then stops listening. The journal stays open. */
  close(): Promise<void>;
}

/** Longer than clients keep a socket: one that the server closes first fails the request that is just being sent on it. */
const keepAliveTimeoutMs = 120_000;

const listen = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });

const originOf = (server: Server): string => {
  const { address, family, port } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
};

/**
 * Serves a journal in SQS's AWS JSON 1.0 protocol, for the AWS SDKs and `aws sqs --endpoint-url`. Signatures are not checked.
 * @throws InvalidSetting for a host that is not on the loopback; the system's error when the port is taken.
 */
export const serveJournal = async (options: ServeJournalOptions): Promise<JournalServer> => {
  const { journal, host = '127.0.0.1', port, accountId = '000000000000', region = 'us-east-1', logger } = options;
  if (!isLoopback(host)) {
    throw new InvalidSetting([`The embedded queue is served on the loopback only, not on ${host}.`]);
  }
  const running: Served['running'] = new Map();
  let closing = false;
  const server = createServer({ noDelay: true, keepAliveTimeout: keepAliveTimeoutMs });
  await listen(server, host, port);
  const url = originOf(server);
  const addresses = createAddresses(url, accountId, region);
  const served: Served = { journal, addresses, logger, running };
  server.on('request', (request, response) => {
    if (closing) response.setHeader('Connection', 'close');
    void handle(request, response, served);
  });
  return {
    url,
    queueUrl: addresses.urlOf,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        closing = true;
        for (const [response, abandoned] of running) {
          // Its connection would otherwise be kept for the next call, and closing would wait for it.
          if (!response.headersSent) response.setHeader('Connection', 'close');
          abandoned.abort();
        }
        server.closeIdleConnections();
      }),
  };
};
