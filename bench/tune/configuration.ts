import { loadConfig } from '../../shared/config.ts';

/** What a trial varies. */
export interface Configuration {
  /** Most messages (packs) a batch. */
  readonly batchSize: number;
  /** How long a batch may gather. */
  readonly windowMs: number;
  /** Batches written at a time. */
  readonly concurrency: number;
  readonly packBytes: number;
  /** `none` or `gzip-1` to `gzip-9`. */
  readonly compression: string;
  /** What the store lies on: `device`, the one that is there, or the name of a modelled one. */
  readonly medium: string;
}

/** The values that each axis may have, in an order in which neighbours are alike. */
export type Space = { readonly [Axis in keyof Configuration]: readonly Configuration[Axis][] };

/** Lambda's pollers want at least two at a time, and take windows of whole seconds. */
const leastLambdaConcurrency = 2;

/** What every target with settings of its own can vary; the store stays on the device that is there. */
export const wholeSpace: Space = {
  batchSize: [10, 100, 1_000, 10_000],
  windowMs: [0, 20, 50, 100, 200, 500, 1_000],
  concurrency: [1, 2, 4],
  packBytes: [16_384, 65_536, 262_144, 1_048_576],
  compression: ['none', 'gzip-1', 'gzip-4', 'gzip-6'],
  medium: ['device'],
};

/** What Lambda's pollers can vary. */
export const lambdaSpace: Space = {
  ...wholeSpace,
  windowMs: [0, 1_000, 2_000, 5_000],
  concurrency: [2, 4, 8],
};

/** What `npm start` does where nobody set anything. */
export const defaultConfiguration = (): Configuration => {
  const { batchSize, batchWindowMs, persistConcurrency, packBytes, compression } = loadConfig({});
  return {
    batchSize,
    windowMs: batchWindowMs,
    concurrency: persistConcurrency,
    packBytes,
    compression,
    medium: 'device',
  };
};

/** What serverless.yml does where nobody gave it a parameter. */
export const lambdaDefaults = (): Configuration => ({
  ...defaultConfiguration(),
  windowMs: 1_000,
  concurrency: leastLambdaConcurrency,
});

/** Names a configuration; two with the same name are the same. */
export const keyOf = ({ batchSize, windowMs, concurrency, packBytes, compression, medium }: Configuration): string =>
  `batch ${batchSize}, window ${windowMs} ms, ${concurrency} at a time, packs of ${packBytes}, ${compression}${
    medium === 'device' ? '' : `, ${medium} (modelled)`
  }`;

/** The settings of `npm start` by their names. */
export const settingsOf = (configuration: Configuration): Readonly<Record<string, string>> => ({
  FI_BATCH_SIZE: String(configuration.batchSize),
  FI_BATCH_WINDOW_MS: String(configuration.windowMs),
  FI_PERSIST_CONCURRENCY: String(configuration.concurrency),
  FI_PACK_BYTES: String(configuration.packBytes),
  FI_COMPRESSION: configuration.compression,
});

/** Without a window a batch of Lambda has at most ten messages. */
const mostWithoutWindow = 10;

/** The parameters of serverless.yml by their names. */
export const parametersOf = ({ batchSize, windowMs, concurrency, packBytes, compression }: Configuration) => ({
  batchSize: windowMs === 0 ? Math.min(batchSize, mostWithoutWindow) : batchSize,
  batchWindowSeconds: Math.ceil(windowMs / 1_000),
  persistConcurrency: Math.max(leastLambdaConcurrency, concurrency),
  packBytes,
  compression,
});
