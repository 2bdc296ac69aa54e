import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { limits } from '../../../shared/domain/limits.ts';
import { lingerThenEnd } from './linger.ts';
import {
  bodyTooLarge,
  expectationFailed,
  headersTooLarge,
  malformedHttp,
  type ProtocolProblem,
  requestTargetTooLong,
  requestTimeout,
} from './protocol-problems.ts';
import type { Dispatch } from './raw-request.ts';
import { announcesMoreThan, readBody } from './read-body.ts';
import { renderAnswer, writeAnswer } from './write-answer.ts';
import { writeStream } from './write-stream.ts';

/** Longer than load balancers and client pools keep an idle socket (60 s is usual): the one that closes first must be them. */
const keepAliveTimeoutMs = 75_000;
/** A client that takes longer to read its last answer loses it. */
const lastAnswersMs = 1_000;

export interface FrontOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly maxBodyBytes: number;
  /** From a request's first byte to its last. */
  readonly requestTimeoutMs: number;
  readonly dispatch: Dispatch;
  /** Counts what never reaches a function, by kind of error. */
  readonly failed: (errorType: string) => void;
}

export interface Front {
  /** E.g. `http://127.0.0.1:7001`. */
  readonly url: string;
  /** From now on each answer closes its connection. Resolves when every request that is here has its answer. */
  drain(): Promise<void>;
  /** Stops listening; resolves when every connection is closed. */
  close(): Promise<void>;
}

/** Ids that no other run of a host gives: a random beginning and a count. */
const createRequestIds = (): (() => string) => {
  const prefix = randomBytes(6).toString('hex');
  let count = 0;
  return () => `${prefix}-${++count}`;
};

const listen = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    // 1,024 connections may wait to be accepted: a burst of clients must not see a reset.
    server.listen({ host, port, backlog: 1_024 }, () => {
      server.off('error', reject);
      resolve();
    });
  });

const urlOf = (server: Server): string => {
  const { address, family, port } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
};

/** node:http names what its parser refused by `code`. */
const problemOfParser = (error: NodeJS.ErrnoException): ProtocolProblem | undefined => {
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return requestTimeout;
  if (error.code === 'HPE_HEADER_OVERFLOW') return headersTooLarge;
  return error.code?.startsWith('HPE_') ? malformedHttp : undefined;
};

/** Opens the HTTP front. @throws the system's error when the address cannot be had. */
export const openFront = async (options: FrontOptions): Promise<Front> => {
  const { maxBodyBytes, requestTimeoutMs, dispatch, failed } = options;
  const newRequestId = createRequestIds();
  /** Requests that are being read or answered. */
  let open = 0;
  let draining = false;
  const ending = new AbortController();
  let drained: (() => void) | undefined;
  /** Sockets on which an answer is due or under way: nothing else may be written to them. */
  const answering = new WeakSet<Duplex>();

  const over = (): void => {
    open--;
    if (open === 0) drained?.();
  };

  /** Refuses a request whose body may still be coming. */
  const refuse = (request: IncomingMessage, response: ServerResponse, problem: ProtocolProblem): void => {
    failed(problem.tag);
    answering.add(request.socket);
    writeAnswer(response, problem.answer(newRequestId()), { close: true, end: false });
    lingerThenEnd(request, response);
    over();
  };

  const answer = async (request: IncomingMessage, response: ServerResponse, body: Buffer): Promise<void> => {
    const { socket } = request;
    answering.add(socket);
    const result = await dispatch({
      id: newRequestId(),
      method: request.method ?? '',
      target: request.url ?? '',
      headers: request.headers,
      body,
      sourceIp: socket.remoteAddress ?? '',
    });
    if ('follow' in result) {
      await writeStream(response, result, { close: draining, ending: ending.signal });
      answering.delete(socket);
    } else {
      answering.delete(socket);
      writeAnswer(response, result, { close: draining, end: true });
    }
    over();
  };

  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    open++;
    if ((request.url ?? '').length > limits.requestTargetLength) {
      request.resume();
      refuse(request, response, requestTargetTooLong);
      return;
    }
    readBody(request, maxBodyBytes, {
      whole: (body) => void answer(request, response, body),
      tooLarge: () => refuse(request, response, bodyTooLarge(maxBodyBytes)),
      aborted: () => {
        // After a timeout the request is cut off by us, which has been counted.
        if (!answering.has(request.socket)) failed('ClientAborted');
        over();
      },
    });
  };

  const server = createServer({
    noDelay: true,
    keepAliveTimeout: keepAliveTimeoutMs,
    requestTimeout: requestTimeoutMs,
    headersTimeout: requestTimeoutMs,
    // The timeouts above are looked at this often, all connections at once, which costs the requests nothing.
    connectionsCheckingInterval: Math.min(1_000, Math.ceil(requestTimeoutMs / 4)),
  });
  server.on('request', serve);
  server.on('checkContinue', (request, response) => {
    if (!announcesMoreThan(request, maxBodyBytes)) response.writeContinue();
    serve(request, response);
  });
  server.on('checkExpectation', (request, response) => {
    open++;
    request.resume();
    refuse(request, response, expectationFailed);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const problem = problemOfParser(error);
    if (problem !== undefined) failed(problem.tag);
    if (problem === undefined || !socket.writable || answering.has(socket)) socket.destroy();
    else {
      answering.add(socket);
      socket.end(renderAnswer(problem.answer(newRequestId())), () => socket.destroy());
    }
  });
  await listen(server, options.host, options.port);

  return {
    url: urlOf(server),
    drain: () => {
      draining = true;
      ending.abort();
      server.closeIdleConnections();
      return new Promise((resolve) => {
        if (open === 0) resolve();
        else drained = resolve;
      });
    },
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // Answers that are still on their way out get this long; connections without any are closed already.
      const cut = setTimeout(() => server.closeAllConnections(), lastAnswersMs);
      await closed;
      clearTimeout(cut);
    },
  };
};
