import { type ChainDependencies, chain, type HttpHandler } from '../shared/http/chain.ts';
import { type GatewayHandler, lazyHandler } from '../shared/http/lazy-handler.ts';
import { metricsDependencies } from '../shared/wiring.ts';

export interface MetricsDependencies extends ChainDependencies {
  /** All metrics in Prometheus' text format; a host adds those of its threads and child processes. */
  readonly metricsText: () => Promise<string>;
  /** Refreshes the gauges, which nobody may have sampled for a while. */
  readonly sample: () => Promise<void>;
}

/** `GET /metrics`. */
export const createHandler = (dependencies: MetricsDependencies): HttpHandler =>
  chain(async () => {
    await dependencies.sample();
    return {
      statusCode: 200,
      headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
      body: await dependencies.metricsText(),
      isBase64Encoded: false,
    };
  }, dependencies);

/** What Lambda and serverless-offline run. */
export const handler: GatewayHandler = lazyHandler(async () => createHandler(await metricsDependencies()));
