import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startNpmHost } from '../../test/e2e/hosts/npm-start.ts';

/**
 * Runs the report's own scripts of sections 4.1 and 4.2, as they are printed there, against `npm start` on its own port,
 * and fails unless every request succeeded and the p95 of 4.1 is at most 5 ms, which is what the report promises.
 * Needs `python3` with venv; `requests` comes from PyPI the first time.
 */
const reportPort = 7001;
const latencyP95Ms = 5;

const here = fileURLToPath(new URL('.', import.meta.url));
const python = `${here}.venv/bin/python`;

const prepare = (): void => {
  if (existsSync(`${here}.venv/ready`)) return;
  execFileSync('python3', ['-m', 'venv', `${here}.venv`], { stdio: 'inherit' });
  execFileSync(python, ['-m', 'pip', 'install', '--quiet', '-r', `${here}requirements.txt`], { stdio: 'inherit' });
  execFileSync('touch', [`${here}.venv/ready`]);
};

const runScript = (name: string): string => {
  const output = execFileSync(python, [`${here}${name}`], { encoding: 'utf8' });
  console.log(`${name}\n${output}`);
  return output;
};

const figure = (output: string, name: string): number => {
  const match = new RegExp(`${name}: ([0-9.]+)`).exec(output);
  if (match === null) throw new Error(`no ${name} in the output`);
  return Number(match[1]);
};

prepare();
const host = await startNpmHost({ FI_HTTP_PORT: String(reportPort) });
try {
  const p95 = figure(runScript('benchmark_latency.py'), 'p95');
  const success = figure(runScript('benchmark_throughput.py'), 'Success');
  // 4.1 does not look at its answers, so the host is asked how many of both scripts' requests it accepted.
  const metrics = await (await fetch(`${host.baseUrl}/metrics`)).text();
  const accepted = Number(/^fi_events_accepted_total (\d+)/m.exec(metrics)?.[1]);
  const failed = [
    ...(p95 <= latencyP95Ms ? [] : [`the p95 of 4.1 is ${p95} ms, not at most ${latencyP95Ms}`]),
    ...(success === 100 ? [] : [`${success} % success in 4.2`]),
    ...(accepted === 2_000 ? [] : [`${accepted} of the 2,000 events were accepted`]),
  ];
  console.log(failed.length === 0 ? `both as promised; ${accepted} of 2,000 events accepted` : failed.join('\n'));
  process.exitCode = failed.length === 0 ? 0 : 1;
} finally {
  await host.stop();
}
