import { afterEach, describe, expect, it } from 'vitest';
import { compareWithSource, postAtOnce, postOneByOne } from '../../bench/load/ten-thousand.ts';
import { eventually } from './api/eventually.ts';
import { metricSum } from './api/metrics.ts';
import type { LocalHost } from './hosts/host.ts';
import { startNpmHost } from './hosts/npm-start.ts';

let host: LocalHost | undefined;
afterEach(() => host?.stop());

describe('the 10,000 events', () => {
  it.each([
    ['posted as one body of 9 MB', postAtOnce],
    ['posted one by one over 50 connections', postOneByOne],
  ])('%s are all in the parts, byte for byte, each once', async (_, post) => {
    const running = await startNpmHost();
    host = running;
    await post(running);
    await eventually('all of them to be stored', async () => {
      const metrics = await (await fetch(`${running.baseUrl}/metrics`)).text();
      return metricSum(metrics, 'fi_events_appended_total') >= 10_000 ? true : undefined;
    });
    expect(compareWithSource(running.storeDir).events).toBe(10_000);
  });
});
