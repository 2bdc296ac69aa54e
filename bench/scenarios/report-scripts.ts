import net from 'node:net';
import { metricSum } from '../../test/e2e/api/metrics.ts';
import { prepareScripts, runScript } from '../report-scripts/run-script.ts';
import { withHost } from './host-run.ts';
import { type Scenario, Skipped } from './scenario.ts';

/** The scripts have it in their text. */
const reportPort = 7001;
const requestsOfBoth = 2_000;

const isTaken = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(true));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(false)));
  });

const prepare = async (): Promise<void> => {
  try {
    prepareScripts();
  } catch (cause) {
    throw new Skipped("the report's scripts need python3 with venv, and requests from PyPI", { cause });
  }
  if (await isTaken(reportPort)) throw new Skipped(`the report's scripts want port ${reportPort}, and it is taken`);
};

export const reportScripts: Scenario = {
  name: 'report-scripts',
  what: 'the two Python scripts of sections 4.1 and 4.2 of the report, as they are printed there; a good part of their time is their own',
  metrics: {
    p50Ms: { what: '4.1, one request after another, p50', unit: 'ms', better: 'lower' },
    p95Ms: { what: '4.1, p95', unit: 'ms', better: 'lower' },
    p99Ms: { what: '4.1, p99', unit: 'ms', better: 'lower' },
    requestsPerSecond: { what: '4.2, 50 threads', unit: 'req/s', better: 'higher' },
    successPercent: { what: '4.2, requests answered 202', unit: '%', better: 'higher', exact: true },
  },
  run: async (context) => {
    await prepare();
    const { found } = await withHost(
      context,
      async ({ metrics }) => {
        const latency = await runScript('benchmark_latency.py');
        const throughput = await runScript('benchmark_throughput.py');
        // 4.1 does not look at its answers, so the host is asked how many of both scripts' requests it accepted.
        const accepted = metricSum(await metrics(), 'fi_events_accepted_total');
        if (accepted !== requestsOfBoth) throw new Error(`${accepted} of ${requestsOfBoth} events were accepted`);
        return {
          p50Ms: latency('p50'),
          p95Ms: latency('p95'),
          p99Ms: latency('p99'),
          requestsPerSecond: throughput('RPS'),
          successPercent: throughput('Success'),
        };
      },
      { FI_HTTP_PORT: String(reportPort) },
    );
    return { values: found, lost: 0 };
  },
};
