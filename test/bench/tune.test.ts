import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readJournal } from '../../bench/tune/search/journal.ts';
import type { Trial } from '../../bench/tune/trial/trial.ts';
import { workloadOf } from '../../bench/tune/workload/workload.ts';
import { startNpmHost } from '../e2e/hosts/npm-start.ts';
import { offeredEventsPerSecond } from '../unit/bench/tune/offered-events.ts';
import { type Ran, runBenchProgram } from './run-bench-program.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'fi-tune-test-'));
const stores = path.join(folder, 'stores');
const results = path.join(folder, 'small');
const journal = path.join(results, 'trials.ndjson');
afterAll(() => rmSync(folder, { recursive: true }));

const tune = (...words: readonly string[]): Promise<Ran> =>
  runBenchProgram('tune.ts', [...words, '--results', folder, '--folder', stores, '--name', 'small']);

/** Two configurations, one of them on a modelled medium, each measured for a second; the goal asks for no speed that a busy machine might lack. */
const searchWords = [
  ...['--workload', 'poisson', '--rate', '50', '--goal', 'p95<120s,bytes'],
  ...[
    '--configurations',
    '2',
    '--finalists',
    '2',
    '--repeats',
    '1',
    '--retries',
    '0',
    '--seconds',
    '1',
    '--warm-up',
    '0.5',
  ],
  ...[
    '--batch-sizes',
    '1000',
    '--windows',
    '200',
    '--concurrencies',
    '1',
    '--pack-bytes',
    '262144',
    '--compressions',
    'gzip-1',
  ],
  ...['--media', 'device,nvme'],
];

const expectWhole = (
  trials: readonly Trial[],
  metrics = ['p95', 'accept.p95', 'throughput', 'bytes', 'cost'],
): void => {
  for (const { outcome } of trials) {
    expect(outcome).toMatchObject({ kind: 'measured', lost: 0, repeated: 0 });
    if (outcome.kind !== 'measured') continue;
    expect(outcome.accepted).toBeGreaterThan(0);
    expect(Object.keys(outcome.values)).toEqual(expect.arrayContaining(metrics));
  }
};

let first: Ran;
beforeAll(async () => {
  first = await tune(...searchWords);
}, 600_000);

describe('npm run tune', () => {
  it('measures each configuration, loses nothing, and recommends one', () => {
    const { trials } = readJournal(journal);
    expect(trials).toHaveLength(2);
    expectWhole(trials);
    expect(first.output).toContain('For p95<120s,bytes: batch 1000, window 200 ms');
    expect(first.output).toContain('Events accepted and then lost: 0; readable twice: 0');
    expect(first.status).toBe(0);
    expect(readFileSync(path.join(results, 'report.html'), 'utf8')).toContain('MODELLED store media: nvme');
  });

  it('goes on where it was ended, in the middle of a line', async () => {
    const whole = readFileSync(journal, 'utf8');
    truncateSync(journal, whole.length - 20);
    expect((await tune(...searchWords)).status).toBe(0);
    const { trials } = readJournal(journal);
    expect(trials).toHaveLength(2);
    expectWhole(trials);
    expect(readFileSync(journal, 'utf8').split('\n')[1]).toBe(whole.split('\n')[1]);
  });

  it('measures the recommendation anew when it is to be confirmed', async () => {
    const { status, output } = await tune('confirm', '--repeats', '1', '--seconds', '1');
    expect(output).toMatch(/by a fresh run|A fresh run is inconclusive/);
    // Which of two that are much alike is better by a single repeat each, nobody can promise.
    expect([0, 1, 3]).toContain(status);
    const { trials } = JSON.parse(readFileSync(path.join(results, 'confirmation.json'), 'utf8'));
    expectWhole(trials);
  });

  it('measures a host that runs elsewhere, which can be recorded meanwhile', async () => {
    const host = await startNpmHost();
    try {
      const recorded = path.join(folder, 'recorded.json');
      const words = ['--workload', 'steady', '--rate', '50', '--goal', 'p95<120s,accept.p95'];
      const brief = ['--configurations', '1', '--repeats', '1', '--retries', '0', '--seconds', '2', '--warm-up', '1'];
      const place = ['--results', folder, '--folder', stores, '--name', 'url'];
      const [measured, record] = await Promise.all([
        runBenchProgram('tune.ts', [...words, ...brief, ...place, '--target', host.baseUrl]),
        runBenchProgram('tune.ts', ['record', '--metrics', host.baseUrl, '--seconds', '4', '--output', recorded]),
      ]);
      expect(measured.status).toBe(0);
      const { trials } = readJournal(path.join(folder, 'url', 'trials.ndjson'));
      expect(trials).toHaveLength(1);
      expectWhole(trials, ['p95', 'accept.p95', 'throughput', 'cost']);
      expect(record.status).toBe(0);
      const workload = workloadOf(recorded, {});
      expect(workload).toMatchObject({ name: 'recorded', eventsPerRequest: 1 });
      expect(offeredEventsPerSecond(workload)).toBeGreaterThan(0);
    } finally {
      await host.stop();
    }
  });

  it('compares the device that is there with a model of it', async () => {
    const words = ['check-medium', '--rounds', '1', '--repeats', '2', '--results', folder, '--folder', stores];
    const { status, output } = await runBenchProgram('tune.ts', words);
    // On a busy machine it says that nothing can be concluded.
    expect([0, 3]).toContain(status);
    expect(output).toContain('publish a part of 500 kB');
    const { media, rows } = JSON.parse(readFileSync(path.join(folder, 'medium-check.json'), 'utf8'));
    expect(media[0].syncMs).toBeGreaterThan(0);
    expect(rows).toHaveLength(4);
  });

  it('leaves nothing behind', () => {
    expect(readdirSync(stores)).toEqual([]);
  });
});
