import { Forbidden, InvalidField, LetterNotFound, UnsupportedMediaType } from '../shared/domain/errors.ts';
import { isLetterId } from '../shared/domain/letter.ts';
import { bodyText, requestFormat } from '../shared/http/body.ts';
import { type ChainDependencies, chain, type HttpHandler } from '../shared/http/chain.ts';
import { lazyHandler } from '../shared/http/lazy-handler.ts';
import { parseQuery } from '../shared/http/query.ts';
import { listSelection } from '../shared/http/replay/query.ts';
import { letterAnswer, outcomesAnswer, pageAnswer } from '../shared/http/replay/render.ts';
import { actSelectionOf, discardRequest, retryRequest } from '../shared/http/replay/selection.ts';
import { type AuthorisedRequest, type HttpAnswer, jsonAnswer } from '../shared/http/request.ts';
import { quarantineParameters } from '../shared/http/routes.ts';
import type { Intent } from '../shared/stages/replay/outcome.ts';
import type { MaySee, Selection } from '../shared/stages/replay/selection.ts';
import type { Replay } from '../shared/stages/replay.ts';
import { replayDependencies } from '../shared/wiring.ts';

export interface ReplayDependencies extends ChainDependencies {
  readonly replay: Replay;
  readonly nowMs: () => number;
}

/** A hundred ids, a filter and a note fit many times over. */
const bodyLimitBytes = 65_536;

/** A key sees the letters of its consultations; those of none, only one for all. */
const sightOf =
  ({ principal }: AuthorisedRequest): MaySee =>
  ({ consultationId }) =>
    principal.may('replay', consultationId);

/** @throws Forbidden for a consultation that is asked for by name, rather than answering that it has no letters. */
const authorised = ({ principal }: AuthorisedRequest, selection: Selection): Selection => {
  const { consultationId } = selection.filter;
  if (consultationId === undefined || principal.may('replay', consultationId)) return selection;
  throw new Forbidden(`The API key ${principal.id} may not replay events of the consultation ${consultationId}.`);
};

/** @throws UnsupportedMediaType | BodyTooLarge | MalformedBody */
const jsonBody = (request: AuthorisedRequest): string => {
  if (requestFormat(request) !== 'json') throw new UnsupportedMediaType('Content-Type: must be application/json.');
  return bodyText(request, bodyLimitBytes);
};

const intentOf = ({ principal }: AuthorisedRequest, dryRun: boolean | undefined, note: string | undefined): Intent => ({
  by: principal.id,
  dryRun: dryRun ?? false,
  ...(note === undefined ? {} : { note }),
});

/** `GET /quarantine`, `GET /quarantine/{letter_id}`, `POST /quarantine/retry` and `POST /quarantine/discard`. */
export const createHandler = (dependencies: ReplayDependencies): HttpHandler => {
  const { replay, nowMs } = dependencies;

  const list = async (request: AuthorisedRequest): Promise<HttpAnswer> => {
    const selection = listSelection(parseQuery(request.rawQueryString, quarantineParameters), nowMs());
    return jsonAnswer(200, pageAnswer(await replay.list(authorised(request, selection), sightOf(request))));
  };

  const show = async (request: AuthorisedRequest, letterId: string): Promise<HttpAnswer> => {
    if (!isLetterId(letterId))
      throw new InvalidField('letter_id', 'must be 40 hexadecimal digits, as GET /quarantine lists it');
    const shown = await replay.show(letterId);
    const maySee = sightOf(request);
    if (shown.kind === 'letter' && maySee(shown.found.head)) return jsonAnswer(200, letterAnswer(shown.found));
    const why =
      shown.kind === 'unreadable' && maySee({})
        ? 'its file is damaged: restore it from a backup'
        : 'there is no such letter';
    throw new LetterNotFound(`letter_id: ${why}.`);
  };

  const retry = async (request: AuthorisedRequest): Promise<HttpAnswer> => {
    const wanted = retryRequest(jsonBody(request));
    const selection = authorised(request, actSelectionOf(wanted, nowMs()));
    const intent = intentOf(request, wanted.dry_run, wanted.note);
    return jsonAnswer(200, outcomesAnswer(await replay.retry(selection, sightOf(request), intent), intent.dryRun));
  };

  const discard = async (request: AuthorisedRequest): Promise<HttpAnswer> => {
    const wanted = discardRequest(jsonBody(request));
    const selection = authorised(request, actSelectionOf(wanted, nowMs()));
    const intent = { ...intentOf(request, wanted.dry_run, wanted.note), note: wanted.note };
    return jsonAnswer(200, outcomesAnswer(await replay.discard(selection, sightOf(request), intent), intent.dryRun));
  };

  return chain((request) => {
    const letterId = request.pathParameters?.letter_id;
    if (letterId !== undefined) return show(request, letterId);
    switch (request.routeKey) {
      case 'POST /quarantine/retry':
        return retry(request);
      case 'POST /quarantine/discard':
        return discard(request);
      default:
        return list(request);
    }
  }, dependencies);
};

/** What Lambda, the host's thread and serverless-offline run. */
export const handler: HttpHandler = lazyHandler(async () => createHandler(await replayDependencies()));
