import type { IncomingHttpHeaders } from 'node:http';

/** A whole request as it came from the socket. */
export interface RawRequest {
  readonly method: string;
  /** Path and query as sent. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly sourceIp: string;
}

/** What a function with an HTTP trigger answers (API Gateway payload format 2.0). */
export interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

/** Answers a request; never rejects. */
export type Dispatch = (request: RawRequest) => Promise<Answer>;
