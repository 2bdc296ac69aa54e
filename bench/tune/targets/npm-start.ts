import { startNpmHost } from '../../../test/e2e/hosts/npm-start.ts';
import { descendants } from '../../../test/e2e/hosts/processes.ts';
import { processorMsOf } from '../../measure/processor-time.ts';
import { sealsAsItsDefault } from '../../scenarios/host-run.ts';
import { defaultConfiguration, settingsOf, wholeSpace } from '../configuration.ts';
import { mediumOf } from '../media/media.ts';
import { memoryFolder } from '../media/memory-folder.ts';
import { environmentOf } from '../media/modelled-medium.ts';
import type { Target } from './target.ts';

/**
 * What `npm start` runs, anew for each trial, on an empty store and queue. A modelled medium is under the store alone, which then lies in
 * memory; the queue stays on this machine's disk.
 */
export const npmStartTarget: Target = {
  name: 'npm-start',
  space: wholeSpace,
  defaults: defaultConfiguration(),
  isOnLambda: false,
  start: async (configuration, folder) => {
    await using ending = new AsyncDisposableStack();
    const { medium } = configuration;
    const storeFolder = medium === 'device' ? folder : ending.use(memoryFolder(folder)).path;
    const host = await startNpmHost({
      ...sealsAsItsDefault,
      FI_STORE_DIR: `${storeFolder}/store`,
      FI_QUEUE_DIR: `${folder}/queue`,
      ...settingsOf(configuration),
      ...(medium === 'device' ? {} : environmentOf(mediumOf(medium))),
    });
    ending.defer(() => host.stop());
    const running = ending.move();
    const { pid } = host.process;
    return {
      baseUrl: host.baseUrl,
      headers: {},
      storeDir: host.storeDir,
      countsTogether: true,
      processorMs: () => processorMsOf(pid),
      consumerProcessorMs: () => {
        const [consumer] = descendants(pid);
        return consumer === undefined ? undefined : processorMsOf(consumer);
      },
      stop: () => running.disposeAsync(),
    };
  },
};
