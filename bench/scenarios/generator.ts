import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { requestsPerSecond } from '../load/plan.ts';
import { joinResults, runLoads } from '../load/run-loads.ts';
import { spectrumOf } from '../measure/spectrum.ts';
import { latencyValues } from './latency-metrics.ts';
import type { Observation, Scale, Scenario } from './scenario.ts';

const program = fileURLToPath(new URL('../bare-server.ts', import.meta.url));

const measure = async (port: number, { warmUpMs, measureMs, halfRate, generators }: Scale): Promise<Observation> => {
  const target = { host: '127.0.0.1', port, eventsPerRequest: 1, retry: false, warmUpMs, durationMs: measureMs };
  const most = joinResults(await runLoads({ ...target, connections: 50, arrival: { kind: 'closed' } }, generators));
  const arrival = { kind: 'constant', requestsPerSecond: halfRate } as const;
  const steady = joinResults(await runLoads({ ...target, connections: 100, arrival }, generators));
  return {
    values: {
      requestsPerSecond: requestsPerSecond(most),
      usPerRequest: (most.processorMs * 1_000) / most.acceptedEvents,
      steadyP99Ms: latencyValues(steady.latenciesMs).p99Ms,
      steadyLateP99Ms: latencyValues(steady.latenessMs).p99Ms,
    },
    spectra: { 'request to answer at the constant rate': spectrumOf(steady.latenciesMs) },
    lost: 0,
  };
};

/** What the instrument itself can do: nothing that the others measure may come near to this. */
export const generator: Scenario = {
  name: 'generator',
  what: 'the load generator against a bare node:http server that answers 202, on the same processors',
  metrics: {
    requestsPerSecond: { what: 'requests answered, 50 connections', unit: 'req/s', better: 'higher' },
    usPerRequest: { what: 'processor time of the generator, its start included', unit: 'µs', better: 'lower' },
    steadyP99Ms: { what: 'latency at the rate of accept-half-rate, p99', unit: 'ms', better: 'lower' },
    steadyLateP99Ms: { what: 'how late the generator itself was there, p99', unit: 'ms', better: 'lower' },
  },
  run: async ({ scale }) => {
    const server = fork(program, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
    try {
      if (server.stdout === null) throw new Error('no output of the bare server');
      const [port] = await once(server.stdout, 'data');
      return await measure(Number(String(port)), scale);
    } finally {
      server.disconnect();
      await once(server, 'exit');
    }
  },
};
