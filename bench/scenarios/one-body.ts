import { setInterval } from 'node:timers/promises';
import { metricSum } from '../../test/e2e/api/metrics.ts';
import { compareWithSource, postAtOnce } from '../load/ten-thousand.ts';
import { withHost } from './host-run.ts';
import type { Scenario } from './scenario.ts';

const askAgainMs = 20;

export const oneBody: Scenario = {
  name: 'one-body',
  what: 'the 10,000 events of bench/data as one NDJSON body; each is then compared byte for byte with its line',
  metrics: {
    acceptedMs: { what: 'until the 202', unit: 'ms', better: 'lower' },
    storedMs: { what: 'until all of them were in parts', unit: 'ms', better: 'lower' },
  },
  run: async (context) => {
    const { found } = await withHost(context, async ({ host, metrics }) => {
      const startMs = performance.now();
      await postAtOnce(host);
      const acceptedMs = performance.now() - startMs;
      for await (const _ of setInterval(askAgainMs)) {
        if (metricSum(await metrics(), 'fi_events_appended_total') >= 10_000) break;
      }
      const storedMs = performance.now() - startMs;
      compareWithSource(host.storeDir);
      return { acceptedMs, storedMs };
    });
    return { values: found, lost: 0 };
  },
};
