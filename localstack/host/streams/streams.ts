import { Gauge } from 'prom-client';
import { pageForm, streamType } from '../../../shared/http/read/accept.ts';
import { type HttpAnswer, type HttpRequest, headerOf } from '../../../shared/http/request.ts';
import type { Clock } from '../../../shared/ports/clock.ts';
import { registry } from '../../../shared/telemetry/metrics.ts';
import { createTurns } from '../../../shared/turns.ts';
import type { StreamedAnswer, StreamSink } from '../front/raw-request.ts';
import type { GrowthWatch } from './growth-watch.ts';

export const openStreams = new Gauge({
  name: 'fi_streams',
  help: 'Clients that follow events over a connection that stays open.',
  registers: [registry],
});

/** Pages that all streams read at a time: after a commit they all want one, and other reads must not wait for all of them. */
const pagesAtOnce = 4;

/** A store that is away for a moment is asked again so often. */
const retryMs = 1_000;

/** A comment: clients pass over it. */
const heartbeat = ': still here\n\n';

export interface StreamsOptions {
  /** More clients than that get a page at a time, as behind a gateway. */
  readonly most: number;
  /** How often a stream on which nothing happens shows that it is alive, so that nobody on the way closes it. */
  readonly heartbeatMs: number;
  readonly watch: GrowthWatch;
  readonly clock: Clock;
}

/** Answers a request with one page. */
export type AskPage = (request: HttpRequest) => Promise<HttpAnswer>;

export interface Streams {
  /** The streams there are. */
  readonly open: number;
  /** A page, or a stream that begins with it where the client wants one and there is room. Never rejects if `ask` does not. */
  answer(request: HttpRequest, ask: AskPage): Promise<HttpAnswer | StreamedAnswer>;
  /** Ends each stream behind the page that it is writing, and opens no more. */
  end(): void;
}

const wantsStream = (request: HttpRequest): boolean => pageForm(headerOf(request, 'accept')) === 'stream';

/** Set by `functions/read` where an answer is a page that can be gone on from. */
const isStreamPage = (answer: HttpAnswer): boolean =>
  answer.statusCode === 200 && answer.headers['content-type'] === streamType;

/** The request for the page behind an answer. */
const requestBehind = (request: HttpRequest, { headers }: HttpAnswer): HttpRequest => ({
  ...request,
  headers: { ...request.headers, 'last-event-id': headers['fi-next'] },
});

/** Worth another try on the same connection: the store is away for a moment. */
const isPassing = ({ statusCode }: HttpAnswer): boolean => statusCode === 503;

const withoutPaging = (headers: HttpAnswer['headers']): Record<string, string> => {
  const { 'fi-next': _next, 'fi-more': _more, ...others } = headers;
  return others;
};

/**
 * Streams of server-sent events. A stream holds one page at most, and reads the next only once its client has taken that, so that
 * a slow client costs no memory. Each page is authorised anew: a key that was revoked ends its streams.
 */
export const createStreams = ({ most, heartbeatMs, watch, clock }: StreamsOptions): Streams => {
  const inTurn = createTurns(pagesAtOnce);
  const ends = new Set<AbortController>();
  let ending = false;

  /** Until there may be more behind a page: with a sign of life now and then. */
  const untilMore = async (page: HttpAnswer, seen: number, sink: StreamSink, over: AbortSignal): Promise<void> => {
    if (isPassing(page)) {
      await clock.sleep(retryMs, over);
      return;
    }
    while (page.headers['fi-more'] !== 'true' && watch.sealed === seen && !over.aborted) {
      await watch.changed(seen, heartbeatMs, over);
      if (watch.sealed === seen && !over.aborted) await sink.write(heartbeat);
    }
  };

  /** Writes pages until the client is gone, the host ends, or a page is refused. */
  const run = async (first: HttpAnswer, request: HttpRequest, ask: AskPage, sink: StreamSink, over: AbortSignal) => {
    let [page, behind, seen] = [first, first, -1];
    while (isStreamPage(page) || isPassing(page)) {
      if (isStreamPage(page)) {
        await sink.write(page.body);
        behind = page;
      }
      await untilMore(page, seen, sink, over);
      if (over.aborted) return;
      // Taken before the page is read, so that what is sealed meanwhile wakes this stream again.
      seen = watch.sealed;
      page = await inTurn(() => ask(requestBehind(request, behind)));
    }
  };

  const follow = async (first: HttpAnswer, request: HttpRequest, ask: AskPage, sink: StreamSink): Promise<void> => {
    const end = new AbortController();
    const stop = (): void => end.abort();
    ends.add(end);
    openStreams.inc();
    sink.gone.addEventListener('abort', stop);
    if (sink.gone.aborted || ending) stop();
    try {
      await run(first, request, ask, sink, end.signal);
    } finally {
      sink.gone.removeEventListener('abort', stop);
      openStreams.dec();
      ends.delete(end);
    }
  };

  let promised = 0;
  return {
    get open() {
      return ends.size;
    },
    answer: async (request, ask) => {
      if (!wantsStream(request)) return ask(request);
      const first = await inTurn(() => ask(request));
      if (!isStreamPage(first) || ending || promised >= most) return first;
      promised++;
      return {
        statusCode: first.statusCode,
        headers: withoutPaging(first.headers),
        follow: async (sink) => {
          try {
            await follow(first, request, ask, sink);
          } finally {
            promised--;
          }
        },
      };
    },
    end: () => {
      ending = true;
      for (const end of ends) end.abort();
    },
  };
};
