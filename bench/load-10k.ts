import { setInterval } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { metricSum } from '../test/e2e/api/metrics.ts';
import type { LocalHost } from '../test/e2e/hosts/host.ts';
import { startNpmHost } from '../test/e2e/hosts/npm-start.ts';
import { runLoad } from './load/run-load.ts';
import { readSourceEvents } from './load/source-events.ts';
import { scanParts } from './parts/scan-parts.ts';

const help = `npm run bench:load10k

Posts the 10,000 events of bench/data as one NDJSON body to POST /events, and on another store one by one over 50
connections. Then opens every HDF5 part and compares each event with its source line: all there, payloads byte for
byte, each once.`;

const { values: options } = parseArgs({ options: { help: { type: 'boolean' } } });
if (options.help) {
  console.log(help);
  process.exit(0);
}

const events = readSourceEvents();

const postAtOnce = async (host: LocalHost): Promise<void> => {
  const answer = await fetch(`${host.baseUrl}/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: events.map((event) => event.line).join('\n'),
  });
  const text = await answer.text();
  if (answer.status !== 202) throw new Error(`${answer.status}: ${text.slice(0, 1_000)}`);
  const { accepted } = JSON.parse(text) as { accepted: number };
  if (accepted !== events.length) throw new Error(`${accepted} accepted`);
};

const postOneByOne = async (host: LocalHost): Promise<void> => {
  const load = await runLoad({
    host: '127.0.0.1',
    port: host.port,
    connections: 50,
    eventsPerRequest: 1,
    arrival: { kind: 'closed' },
    durationMs: 600_000,
    requests: events.length,
    retry: false,
  });
  if (load.acceptedEvents !== events.length) throw new Error(`accepted: ${JSON.stringify(load.statuses)}`);
};

const untilStored = async (host: LocalHost): Promise<void> => {
  for await (const _ of setInterval(20)) {
    const metrics = await (await fetch(`${host.baseUrl}/metrics`)).text();
    if (metricSum(metrics, 'fi_events_appended_total') >= events.length) return;
  }
};

/** @throws Error at the first event that is not as its source line has it. */
const compare = (storeDir: string): string => {
  const expected = new Map(events.map((event) => [event.eventId, event]));
  let parts = 0;
  for (const part of scanParts(storeDir)) {
    parts++;
    for (const row of part.rows) {
      const event = expected.get(row.eventId);
      if (event === undefined) throw new Error(`${row.eventId} is there twice, or was never sent`);
      expected.delete(row.eventId);
      const same =
        row.consultationId === event.consultationId && row.payload.equals(Buffer.from(event.payload, 'utf8'));
      if (!same) throw new Error(`${row.eventId} in ${part.path} is not as it was sent`);
    }
  }
  if (expected.size > 0) throw new Error(`${expected.size} events are in no part`);
  return `${events.length} events in ${parts} parts, payloads byte for byte, each once`;
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
    await untilStored(host);
    const storedMs = performance.now() - startMs;
    console.log(
      `${name}: ${compare(host.storeDir)}; accepted in ${acceptedMs.toFixed()} ms, stored in ${storedMs.toFixed()} ms`,
    );
  } finally {
    await host.stop();
  }
}
