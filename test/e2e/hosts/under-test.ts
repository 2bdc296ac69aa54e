import type { Host } from './host.ts';
import { startNpmHost } from './npm-start.ts';

const { FI_TARGET_URL, FI_TARGET_KEY, FI_TARGET_QUEUE_ENDPOINT, FI_TARGET_MAX_BODY_BYTES } = process.env;

/** Lambda's largest request less what base64 adds, as serverless.yml says it: a host elsewhere may well be behind Lambda. */
const defaultMaxBodyBytes = '4500000';

/**
 * The host that the environment names, or `npm start` when it names none:
 *
 * - `FI_TARGET_URL`: where the API is, with the stage's path if it has one
 * - `FI_TARGET_KEY`: an API key for every consultation and action, where it needs one
 * - `FI_TARGET_QUEUE_ENDPOINT`: where its queues `fi-events` and `fi-events-dead-letter` speak SQS; without it some tests are skipped
 * - `FI_TARGET_MAX_BODY_BYTES`: its body limit
 */
export const startHostUnderTest = async (): Promise<Host> => {
  // Soon, for the test that waits for what a killed consumer had.
  if (FI_TARGET_URL === undefined) return startNpmHost({ FI_VISIBILITY_TIMEOUT_S: '3' });
  return {
    name: FI_TARGET_URL,
    baseUrl: FI_TARGET_URL.replace(/\/$/, ''),
    queueEndpoint: FI_TARGET_QUEUE_ENDPOINT,
    ...(FI_TARGET_KEY === undefined ? {} : { headers: { authorization: `Bearer ${FI_TARGET_KEY}` } }),
    maxBodyBytes: Number(FI_TARGET_MAX_BODY_BYTES ?? defaultMaxBodyBytes),
    gatewayStatus: {},
    // Nobody knows whether it is one process or a function each.
    countsTogether: false,
    stop: async () => {},
  };
};
