import { handler as read } from '../../functions/read.ts';
import { handler as replay } from '../../functions/replay.ts';
import type { HttpHandler } from '../../shared/http/chain.ts';
import { routeOf } from '../../shared/http/match.ts';

/** The functions that read parts, in one thread: HDF5 and what it knows of the parts take their memory once. */
export const handler: HttpHandler = (request, context) =>
  routeOf(request)?.function === 'replay' ? replay(request, context) : read(request, context);
