import type { Connection, ConnectionEvents } from '../connection.ts';
import type { SourceEvent } from '../source-events.ts';

/** Where requests go, as far as their bytes tell it. */
export interface Target {
  readonly host: string;
  readonly port: number;
  /** Whether it speaks TLS; of `http` only. Default: false. */
  readonly secure?: boolean;
  /** Goes before the path of every request, e.g. the stage of an API Gateway; with `sqs` the queue's path, with `zeromq` the folder that has its library. */
  readonly basePath?: string;
  /** Sent with every request of `http`, e.g. a key. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** How a kind of target takes events. Whatever it answers is told as HTTP's status: 202 when it has them, another when it refused. */
export interface Protocol {
  /** One request as it goes out; each event's id stands in it once, as it stands in the event's line. */
  request(events: readonly SourceEvent[], target: Target): Buffer;
  connect(target: Target, events: ConnectionEvents): Connection;
}

/** @throws Error where a protocol that takes one event a request is given several */
export const onlyEvent = (events: readonly SourceEvent[]): SourceEvent => {
  const [event, ...others] = events;
  if (event === undefined || others.length > 0) throw new Error('this protocol takes one event a request');
  return event;
};
