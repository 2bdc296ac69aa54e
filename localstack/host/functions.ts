import { createHandler as createFallback } from '../../functions/fallback.ts';
import { createHandler as createHealth } from '../../functions/health.ts';
import { createHandler as createIngest } from '../../functions/ingest.ts';
import { createHandler as createMetrics } from '../../functions/metrics.ts';
import { createHandler as createOpenApi } from '../../functions/openapi.ts';
import type { HttpHandler } from '../../shared/http/chain.ts';
import type { HttpFunction } from '../../shared/http/routes.ts';
import type { Wiring } from '../../shared/wiring.ts';

/** The functions of the API, on the parts of this host; those that read parts have a thread of their own. */
export const createFunctions = async (
  wiring: Wiring,
  ofStore: HttpHandler,
): Promise<Readonly<Record<HttpFunction, HttpHandler>>> => ({
  ingest: createIngest(await wiring.ingest()),
  read: ofStore,
  replay: ofStore,
  health: createHealth(wiring.health()),
  metrics: createMetrics(wiring.metrics()),
  openapi: createOpenApi(wiring.chain()),
  fallback: createFallback(wiring.chain()),
});
