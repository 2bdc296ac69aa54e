import http from 'node:http';
import type { Contract } from './contract.ts';

export interface ApiRequest {
  readonly method?: string;
  /** As it goes on the wire behind the path of the base URL, escapes and all: nothing normalises it. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Sends the body in chunks without a Content-Length. */
  readonly chunked?: boolean;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  /** The body's bytes as text; the API answers UTF-8 only, which the reader of this checks. */
  readonly text: string;
  /** The body as JSON. Its shape was checked against the API's own document, so a caller may name it. */
  json<Shape>(): Shape;
}

/** A client that holds every answer against the API's own document. */
export interface Api {
  readonly baseUrl: string;
  send(request: ApiRequest): Promise<ApiAnswer>;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<ApiAnswer>;
  /** POSTs JSON text as it is. */
  post(path: string, body: string, headers?: Readonly<Record<string, string>>): Promise<ApiAnswer>;
  postLines(path: string, lines: readonly string[], headers?: Readonly<Record<string, string>>): Promise<ApiAnswer>;
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** One exchange on the wire, unchecked. */
export const exchange = (baseUrl: string, request: ApiRequest, agent?: http.Agent): Promise<ApiAnswer> =>
  new Promise((resolve, reject) => {
    const { hostname, port, pathname } = new URL(baseUrl);
    const body = typeof request.body === 'string' ? Buffer.from(request.body) : request.body;
    const length = body === undefined || request.chunked ? {} : { 'content-length': String(body.length) };
    const outgoing = http.request(
      {
        hostname,
        port,
        method: request.method ?? 'GET',
        path: `${pathname.replace(/\/$/, '')}${request.path}`,
        headers: { ...length, ...request.headers },
        ...(agent ? { agent } : {}),
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const text = strictUtf8.decode(Buffer.concat(chunks));
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            text,
            json: <Shape>() => JSON.parse(text) as Shape,
          });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });

export const createApi = (
  baseUrl: string,
  contract: Contract,
  everyHeader: Readonly<Record<string, string>> = {},
): Api => {
  const agent = new http.Agent({ keepAlive: true });
  const send = async (request: ApiRequest): Promise<ApiAnswer> => {
    const answer = await exchange(baseUrl, { ...request, headers: { ...everyHeader, ...request.headers } }, agent);
    contract.check(request.method ?? 'GET', request.path, answer);
    return answer;
  };
  const post = (path: string, body: string, type: string, headers: Readonly<Record<string, string>> = {}) =>
    send({ method: 'POST', path, body, headers: { 'content-type': type, ...headers } });
  return {
    baseUrl,
    send,
    get: (path, headers = {}) => send({ path, headers }),
    post: (path, body, headers) => post(path, body, 'application/json', headers),
    postLines: (path, lines, headers) => post(path, lines.join('\n'), 'application/x-ndjson', headers),
  };
};
