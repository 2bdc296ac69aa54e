import type { Host } from './host.ts';
import { startNpmHost } from './npm-start.ts';

/**
 * The host that the environment names: `FI_TEST_TARGET_URL` with `FI_TEST_QUEUE_ENDPOINT` and `FI_TEST_MAX_BODY_BYTES`
 * point the suite at one that runs elsewhere (LocalStack, a NAS cluster); otherwise `npm start`.
 */
export const startHostUnderTest = async (): Promise<Host> => {
  const target = process.env.FI_TEST_TARGET_URL;
  if (target === undefined) return startNpmHost();
  const queueEndpoint = process.env.FI_TEST_QUEUE_ENDPOINT;
  if (queueEndpoint === undefined) throw new Error('FI_TEST_TARGET_URL needs FI_TEST_QUEUE_ENDPOINT beside it');
  return {
    name: target,
    baseUrl: target.replace(/\/$/, ''),
    queueEndpoint,
    maxBodyBytes: Number(process.env.FI_TEST_MAX_BODY_BYTES ?? 16 * 1024 ** 2),
    gatewayStatus: {},
    stop: async () => {},
  };
};
