import { startNpmHost } from '../../../test/e2e/hosts/npm-start.ts';
import { descendants } from '../../../test/e2e/hosts/processes.ts';
import { processorMsOf } from '../../measure/processor-time.ts';
import { sealsAsItsDefault } from '../../scenarios/host-run.ts';
import { settingsOf, wholeSpace } from '../configuration.ts';
import type { Target } from './target.ts';

/** What `npm start` runs, anew for each trial, on an empty store and queue. */
export const npmStartTarget: Target = {
  name: 'npm-start',
  space: wholeSpace,
  start: async (configuration, folder) => {
    const folders = { FI_STORE_DIR: `${folder}/store`, FI_QUEUE_DIR: `${folder}/queue` };
    const host = await startNpmHost({ ...sealsAsItsDefault, ...folders, ...settingsOf(configuration) });
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
      stop: () => host.stop(),
    };
  },
};
