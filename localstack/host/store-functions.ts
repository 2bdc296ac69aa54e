import { handler as read } from '../../functions/read.ts';
import { handler as replay } from '../../functions/replay.ts';
import type { HttpHandler } from '../../shared/http/chain.ts';
import { routeOf } from '../../shared/http/match.ts';
import { readDependencies } from '../../shared/wiring.ts';
import { isSealedCountRequest } from './streams/sealed-count.ts';

const answerHttp: HttpHandler = (request, context) =>
  routeOf(request)?.function === 'replay' ? replay(request, context) : read(request, context);

/** The functions that read parts, in one thread: HDF5 and what it knows of the parts take their memory once. */
export const handler = async (
  event: unknown,
  context: Parameters<HttpHandler>[1],
): Promise<number | Awaited<ReturnType<HttpHandler>>> => {
  if (isSealedCountRequest(event)) return (await readDependencies()).feed.sealedCount();
  return answerHttp(event as Parameters<HttpHandler>[0], context);
};
