import { ConsultationErased, EventNotFound, EventNotSealed, InvalidField } from '../shared/domain/errors.ts';
import type { ConsultationId } from '../shared/domain/ids.ts';
import { type ChainDependencies, chain, type HttpHandler } from '../shared/http/chain.ts';
import { type GatewayHandler, lazyHandler } from '../shared/http/lazy-handler.ts';
import { consultationIdOf, eventIdOf } from '../shared/http/path.ts';
import { flagOf, type PageQuery, pageQuery, parseQuery } from '../shared/http/query.ts';
import { type PageForm, pageForm } from '../shared/http/read/accept.ts';
import { eventText } from '../shared/http/read/event-text.ts';
import { pageAnswer } from '../shared/http/read/page-answer.ts';
import { type AuthorisedRequest, type HttpAnswer, headerOf, jsonTextAnswer } from '../shared/http/request.ts';
import type { ConsultationQuery, EventFeed, EventPage, EventReader, FeedQuery } from '../shared/store/port.ts';
import { encodeCursor } from '../shared/store/read/cursor.ts';
import { readDependencies } from '../shared/wiring.ts';

/**
 * Most bytes of events in one answer. Lambda's answers end at 6 MiB of JSON in which this body is a string; escaping
 * at most doubles JSON text, so half of it always fits.
 */
const pageBytes = 3_000_000;

/** Of a page that goes down a stream: each stream of a host may hold one while its client is slow. */
const streamPageBytes = 256 * 1024;

export interface ReadDependencies extends ChainDependencies {
  readonly reader: EventReader;
  readonly feed: EventFeed;
  /** Gives events as they are stored, encrypted ones too. */
  readonly stored: Pick<EventReader, 'byId'>;
}

/** How many of the events fit an answer; at least one, since one event never is larger than a message. */
const countThatFits = (events: EventPage['events'], mostBytes: number): number => {
  let bytes = 0;
  for (const [index, event] of events.entries()) {
    bytes += Buffer.byteLength(eventText(event)) + 1;
    if (bytes > mostBytes) return Math.max(index, 1);
  }
  return events.length;
};

/** A page within its bytes; where its events are too many bytes it is read again with as many as fit, for the cursor behind them. */
const readPage = async <Query extends { readonly limit: number }, Page extends Pick<EventPage, 'events'>>(
  read: (query: Query) => Promise<Page>,
  query: Query,
  mostBytes: number,
): Promise<Page> => {
  const page = await read(query);
  const fitting = countThatFits(page.events, mostBytes);
  return fitting === page.events.length ? page : readPage(read, { ...query, limit: fitting }, mostBytes);
};

/** Where a stream goes on: what its client saw last comes before where it once began. */
const afterOf = (request: AuthorisedRequest, form: PageForm, after: string | undefined): string | undefined =>
  (form === 'stream' && headerOf(request, 'last-event-id')) || after;

const bytesOf = (form: PageForm): number => (form === 'stream' ? streamPageBytes : pageBytes);

/** `GET /events`, `GET /consultations/{id}/events`, `GET /consultations/{id}/events/{event_id}`, and its `/proof`. */
export const createHandler = ({ reader, feed, stored, ...dependencies }: ReadDependencies): HttpHandler => {
  /** The cursor to begin at; `latest` is behind everything that is sealed now. */
  const cursorOf = async (after: string | undefined): Promise<string | undefined> =>
    after === 'latest' ? encodeCursor({ position: (await feed.sealedCount()) - 1, unsealedId: '' }) : after;

  const queryOf = async (request: AuthorisedRequest, form: PageForm, known: readonly string[]): Promise<PageQuery> => {
    const query = pageQuery(parseQuery(request.rawQueryString, known));
    return { ...query, after: await cursorOf(afterOf(request, form, query.after)) };
  };

  const common = ({ after, limit, eventType }: PageQuery, form: PageForm) => ({
    limit,
    ...(form === 'stream' ? { pageBytes: streamPageBytes } : {}),
    ...(after === undefined ? {} : { after }),
    ...(eventType === undefined ? {} : { eventType }),
  });

  const consultationPage = async (request: AuthorisedRequest, consultationId: ConsultationId): Promise<HttpAnswer> => {
    const form = pageForm(headerOf(request, 'accept'));
    const query = await queryOf(request, form, ['after', 'limit', 'type', 'unsealed']);
    const { includeUnsealed } = query;
    if (form === 'stream' && includeUnsealed) {
      throw new InvalidField('unsealed', 'must be false in a stream: an event appears in it once, when it is sealed');
    }
    const wanted: ConsultationQuery = { ...common(query, form), consultationId, includeUnsealed };
    const page = await readPage(reader.byConsultation, wanted, bytesOf(form));
    if (form !== 'stream') return pageAnswer(form, page);
    const { events, next, sealedUpTo, unreadable } = page;
    return pageAnswer(form, {
      events,
      next: next ?? encodeCursor({ position: sealedUpTo, unsealedId: '' }),
      more: next !== undefined,
      unreadable,
    });
  };

  const feedPage = async (request: AuthorisedRequest): Promise<HttpAnswer> => {
    const form = pageForm(headerOf(request, 'accept'));
    const query = await queryOf(request, form, ['after', 'limit', 'type']);
    const { principal } = request;
    const mayRead = (consultationId: ConsultationId): boolean => principal.may('read', consultationId);
    const wanted: FeedQuery = { ...common(query, form), ...(principal.may('read', undefined) ? {} : { mayRead }) };
    return pageAnswer(form, await readPage(feed.feed, wanted, bytesOf(form)));
  };

  const absent = (eventId: string): EventNotFound =>
    new EventNotFound(
      `event_id: the consultation has no stored event ${eventId}; one that was just accepted is stored within a second.`,
    );

  const proofOfEvent = async (consultationId: ConsultationId, given: string): Promise<HttpAnswer> => {
    const eventId = eventIdOf(given);
    const proof = await reader.proofOf(consultationId, eventId);
    if (proof.kind === 'absent') throw absent(eventId);
    if (proof.kind === 'unsealed') {
      throw new EventNotSealed(
        `event_id: the event ${eventId} is stored and not sealed yet; it gets its position and its proof within seconds.`,
      );
    }
    return {
      statusCode: 200,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: proof.text,
      isBase64Encoded: false,
    };
  };

  const oneEvent = async (request: AuthorisedRequest, consultationId: ConsultationId, given: string) => {
    const eventId = eventIdOf(given);
    const asStored = flagOf('stored', parseQuery(request.rawQueryString, ['stored']).get('stored'));
    const event = await (asStored ? stored : reader).byId(consultationId, eventId);
    if (event === undefined) throw absent(eventId);
    if (event.erasedAt !== undefined) {
      throw new ConsultationErased(
        `consultation_id: the consultation was erased at ${event.erasedAt}, and the payload of ${eventId} can't be read any more; "?stored=true" gives what is stored, "/proof" its place in the log.`,
      );
    }
    return jsonTextAnswer(200, eventText(event));
  };

  return chain((request) => {
    if (request.routeKey === 'GET /events') return feedPage(request);
    const consultationId = request.consultationId ?? consultationIdOf('');
    const eventId = request.pathParameters?.event_id;
    if (eventId === undefined) return consultationPage(request, consultationId);
    return request.routeKey.endsWith('/proof')
      ? proofOfEvent(consultationId, eventId)
      : oneEvent(request, consultationId, eventId);
  }, dependencies);
};

/** What Lambda, the host's thread and serverless-offline run. */
export const handler: GatewayHandler = lazyHandler(async () => createHandler(await readDependencies()));
