import type { IncomingHttpHeaders } from 'node:http';
import type { HttpAnswer } from '../../../shared/http/request.ts';

/** A whole request as it came from the socket. */
export interface RawRequest {
  /** Names it in problems and logs. */
  readonly id: string;
  readonly method: string;
  /** Path and query as sent. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly sourceIp: string;
}

/** Answers a request; never rejects. */
export type Dispatch = (request: RawRequest) => Promise<HttpAnswer>;
