import { EventNotFound, EventNotSealed } from '../shared/domain/errors.ts';
import type { ConsultationId } from '../shared/domain/ids.ts';
import { type ChainDependencies, chain, type HttpHandler } from '../shared/http/chain.ts';
import { type GatewayHandler, lazyHandler } from '../shared/http/lazy-handler.ts';
import { consultationIdOf, eventIdOf } from '../shared/http/path.ts';
import { type PageQuery, pageQuery, parseQuery } from '../shared/http/query.ts';
import { wantsLines } from '../shared/http/read/accept.ts';
import { eventLine, eventText } from '../shared/http/read/event-text.ts';
import { type AuthorisedRequest, type HttpAnswer, headerOf, jsonTextAnswer } from '../shared/http/request.ts';
import type { ConsultationQuery, EventPage, EventReader } from '../shared/store/port.ts';
import { readDependencies } from '../shared/wiring.ts';

/**
 * Most bytes of events in one answer. Lambda's answers end at 6 MiB of JSON in which this body is a string; escaping
 * at most doubles JSON text, so half of it always fits.
 */
const pageBytes = 3_000_000;

export interface ReadDependencies extends ChainDependencies {
  readonly reader: EventReader;
}

/** How many of the events fit an answer; at least one, since one event never is larger than a message. */
const countThatFits = (texts: readonly string[]): number => {
  let bytes = 0;
  for (const [index, text] of texts.entries()) {
    bytes += Buffer.byteLength(text) + 1;
    if (bytes > pageBytes) return Math.max(index, 1);
  }
  return texts.length;
};

interface RenderedPage {
  readonly texts: readonly string[];
  readonly next: string | undefined;
  /** Parts so damaged that the page may lack events of theirs. */
  readonly unreadable: readonly string[];
}

/** Reads a page; where its events are too many bytes it is read again with as many as fit, for the cursor behind them. */
const renderPage = async (
  reader: EventReader,
  query: ConsultationQuery,
  render: (event: EventPage['events'][number]) => string,
): Promise<RenderedPage> => {
  const { events, next, unreadable = [] } = await reader.byConsultation(query);
  const texts = events.map(render);
  const fitting = countThatFits(texts);
  return fitting === texts.length
    ? { texts, next, unreadable }
    : renderPage(reader, { ...query, limit: fitting }, render);
};

const storeQuery = (consultationId: ConsultationId, query: PageQuery): ConsultationQuery => ({
  consultationId,
  limit: query.limit,
  includeUnsealed: query.includeUnsealed,
  ...(query.after === undefined ? {} : { after: query.after }),
  ...(query.eventType === undefined ? {} : { eventType: query.eventType }),
});

const linesAnswer = ({ texts, next, unreadable }: RenderedPage): HttpAnswer => ({
  statusCode: 200,
  headers: {
    'content-type': 'application/x-ndjson',
    ...(next === undefined ? {} : { 'fi-next': next }),
    ...(unreadable.length === 0 ? {} : { 'fi-unreadable': unreadable.join(',') }),
  },
  body: texts.join(''),
  isBase64Encoded: false,
});

const jsonPageAnswer = ({ texts, next, unreadable }: RenderedPage): HttpAnswer => {
  const damage = unreadable.length === 0 ? '' : `,"unreadable":${JSON.stringify(unreadable)}`;
  return jsonTextAnswer(200, `{"events":[${texts.join(',')}],"next":${JSON.stringify(next ?? null)}${damage}}`);
};

/** `GET /consultations/{id}/events`, `GET /consultations/{id}/events/{event_id}`, and its `/proof`. */
export const createHandler = (dependencies: ReadDependencies): HttpHandler => {
  const { reader } = dependencies;

  const onePage = async (request: AuthorisedRequest, consultationId: ConsultationId): Promise<HttpAnswer> => {
    const parameters = parseQuery(request.rawQueryString, ['after', 'limit', 'type', 'unsealed']);
    const query = storeQuery(consultationId, pageQuery(parameters));
    if (wantsLines(headerOf(request, 'accept'))) return linesAnswer(await renderPage(reader, query, eventLine));
    return jsonPageAnswer(await renderPage(reader, query, eventText));
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

  const oneEvent = async (consultationId: ConsultationId, given: string): Promise<HttpAnswer> => {
    const eventId = eventIdOf(given);
    const event = await reader.byId(consultationId, eventId);
    if (event === undefined) throw absent(eventId);
    return jsonTextAnswer(200, eventText(event));
  };

  return chain((request) => {
    const consultationId = request.consultationId ?? consultationIdOf('');
    const eventId = request.pathParameters?.event_id;
    if (eventId === undefined) return onePage(request, consultationId);
    return request.routeKey.endsWith('/proof')
      ? proofOfEvent(consultationId, eventId)
      : oneEvent(consultationId, eventId);
  }, dependencies);
};

/** What Lambda, the host's thread and serverless-offline run. */
export const handler: GatewayHandler = lazyHandler(async () => createHandler(await readDependencies()));
