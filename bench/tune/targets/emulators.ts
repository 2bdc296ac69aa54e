import { type EmulatorHost, startLocalStack, startMiniStack } from '../../../test/e2e/hosts/emulator.ts';
import { lambdaDefaults, lambdaSpace, parametersOf } from '../configuration.ts';
import type { Target } from './target.ts';

type Start = (parameters: Readonly<Record<string, string>>) => Promise<EmulatorHost>;

/** The stack of serverless.yml, deployed to an emulator that is started anew for each trial. Nothing is sealed meanwhile. */
const emulatorTarget = (name: string, start: Start): Target => ({
  name,
  space: lambdaSpace,
  defaults: lambdaDefaults(),
  isOnLambda: true,
  start: async (configuration) => {
    const parameters = Object.entries(parametersOf(configuration)).map(([key, value]) => [key, String(value)]);
    const host = await start(Object.fromEntries(parameters));
    return {
      baseUrl: host.baseUrl,
      headers: host.headers ?? {},
      storeDir: host.storeDir,
      countsTogether: host.countsTogether,
      // The emulator's own work would count as the product's.
      processorMs: () => undefined,
      consumerProcessorMs: () => undefined,
      stop: () => host.stop(),
    };
  },
});

export const localStackTarget = emulatorTarget('localstack', startLocalStack);
export const miniStackTarget = emulatorTarget('ministack', startMiniStack);
