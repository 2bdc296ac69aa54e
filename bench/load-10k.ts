import { setInterval } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { metricSum } from '../test/e2e/api/metrics.ts';
import { startNpmHost } from '../test/e2e/hosts/npm-start.ts';
import { compareWithSource, postAtOnce, postOneByOne } from './load/ten-thousand.ts';

const help = `npm run bench:load10k

Posts the 10,000 events of bench/data as one NDJSON body to POST /events, and on another store one by one over 50
connections. Then opens every HDF5 part and compares each event with its source line: all there, payloads byte for
byte, each once.`;

const { values: options } = parseArgs({ options: { help: { type: 'boolean' } } });
if (options.help) {
  console.log(help);
  process.exit(0);
}

const untilStored = async (baseUrl: string): Promise<void> => {
  for await (const _ of setInterval(20)) {
    const metrics = await (await fetch(`${baseUrl}/metrics`)).text();
    if (metricSum(metrics, 'fi_events_appended_total') >= 10_000) return;
  }
};

for (const [name, post] of [
  ['one NDJSON body', postAtOnce],
  ['one by one over 50 connections', postOneByOne],
] as const) {
  const host = await startNpmHost();
  try {
    const startMs = performance.now();
    await post(host);
    const acceptedMs = performance.now() - startMs;
    await untilStored(host.baseUrl);
    const storedMs = performance.now() - startMs;
    const { events, parts } = compareWithSource(host.storeDir);
    console.log(
      `${name}: ${events} events in ${parts} parts, payloads byte for byte, each once; ` +
        `accepted in ${acceptedMs.toFixed()} ms, stored in ${storedMs.toFixed()} ms`,
    );
  } finally {
    await host.stop();
  }
}
