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

/** Where a stream is written to. */
export interface StreamSink {
  /** Fires when the client has gone. */
  readonly gone: AbortSignal;
  /** Resolves when the client has taken the text, or is gone: whoever waits for that holds no more than one text. */
  write(text: string): Promise<void>;
}

/** An answer whose end is not known when it begins. */
export interface StreamedAnswer extends Pick<HttpAnswer, 'statusCode' | 'headers'> {
  /** Writes until the client is gone or the host ends. Called once. */
  readonly follow: (sink: StreamSink) => Promise<void>;
}

/** Answers a request; never rejects. */
export type Dispatch = (request: RawRequest) => Promise<HttpAnswer | StreamedAnswer>;
