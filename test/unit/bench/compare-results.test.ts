import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CompareSettings, compareResults } from '../../../bench/compare/compare-results.ts';
import { comparisonStatus } from '../../../bench/compare/exit-status.ts';
import type { BenchResult } from '../../../bench/run/result.ts';
import { benchResult, busy, quiet, scenarioResult } from './fixtures/result.ts';

const settings: CompareSettings = { alpha: 0.05, minimalEffect: 0.05, countNoisy: false, only: undefined };

const run = (rate: number, p95Ms: number, changes = {}): BenchResult =>
  benchResult([
    scenarioResult(
      'accept-max',
      [0.97, 0.98, 0.99, 1, 1.01, 1.02, 1.03, 1.04].map((times) => ({
        requestsPerSecond: times * rate,
        p95Ms: times * p95Ms,
        failedRequests: 0,
      })),
      changes,
    ),
  ]);

const differences = (baseline: BenchResult, candidate: BenchResult): Readonly<Record<string, string>> =>
  Object.fromEntries(
    compareResults(baseline, candidate, settings).metrics.map(({ metric, comparison }) => [
      metric.unit,
      comparison.difference,
    ]),
  );

describe('a comparison of two runs', () => {
  it('tells better from worse by what each metric is, and leaves out what only describes', () => {
    expect(differences(run(10_000, 5), run(13_000, 7))).toEqual({ 'req/s': 'better', ms: 'worse' });
    expect(comparisonStatus(compareResults(run(10_000, 5), run(13_000, 7), settings))).toBe(1);
    expect(comparisonStatus(compareResults(run(10_000, 7), run(13_000, 5), settings))).toBe(0);
  });

  it('finds no difference between a run and itself', () => {
    const found = compareResults(run(10_000, 5), run(10_000, 5), { ...settings, minimalEffect: 0.1 });
    expect(found.metrics.map(({ comparison }) => comparison.difference)).toEqual(['no-difference', 'no-difference']);
    expect(comparisonStatus(found)).toBe(0);
  });

  it('concludes nothing from noisy repeats unless told to', () => {
    const noisy = run(5_000, 9, { noise: busy });
    const found = compareResults(run(10_000, 5), noisy, settings);
    expect(found.metrics).toEqual([]);
    expect(found.left).toEqual(['accept-max: 2 metrics with 8 and 0 quiet repeats, 4 are needed']);
    expect(comparisonStatus(found)).toBe(3);
    expect(comparisonStatus(compareResults(run(10_000, 5), noisy, { ...settings, countNoisy: true }))).toBe(1);
  });

  it('doubts runs of other machines, at another speed of the same one, and at another scale', () => {
    const [before, after] = [run(10_000, 5), run(13_000, 4)];
    const other = { ...after, machine: { ...after.machine, processor: 'another' } };
    const slow = { quickestMs: 3, medianMs: 3 };
    const slower = run(13_000, 4, { noise: { ...quiet, before: slow, after: slow } });
    const quick = { ...after, scale: { ...after.scale, measureMs: 1 } };
    const doubts = [other, slower, quick].map((each) => compareResults(before, each, settings));
    expect(doubts.map((each) => each.doubts)).toEqual([
      ['the processor was a processor and is another'],
      ['the machine itself took 1.50 times as long for the same work'],
      ['the runs did not measure at the same scale'],
    ]);
    expect(doubts.map(comparisonStatus)).toEqual([3, 3, 3]);
  });

  it('names a scenario that only one run has, and keeps to those that are asked for', () => {
    const more = { ...run(1, 1), scenarios: [...run(1, 1).scenarios, scenarioResult('persist', [])] };
    expect(compareResults(run(1, 1), more, settings).left).toEqual(['persist: only one of the runs has it']);
    expect(compareResults(run(1, 1), more, { ...settings, only: ['accept-max'] }).left).toEqual([]);
  });
});

describe('npm run bench:compare', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'fi-compare-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (name: string, content: unknown): string => {
    const file = path.join(folder, name);
    writeFileSync(file, JSON.stringify(content));
    return file;
  };

  const compare = (...words: readonly string[]): { readonly status: number; readonly output: string } => {
    const program = fileURLToPath(new URL('../../../bench/compare.ts', import.meta.url));
    try {
      return {
        status: 0,
        output: execFileSync(process.execPath, [program, ...words], { encoding: 'utf8', stdio: 'pipe' }),
      };
    } catch (error) {
      const { status, stdout, stderr } = error as { status: number; stdout: string; stderr: string };
      return { status, output: stdout + stderr };
    }
  };

  it('prints a table and ends with 1 when something is worse', () => {
    const files = [write('before.json', run(10_000, 5)), write('after.json', run(13_000, 7))];
    const { status, output } = compare(...files);
    expect(status).toBe(1);
    expect(output).toMatch(/accept-max +requests answered 202 .* \+30\.0 % .* better/);
    expect(output).toMatch(/accept-max +95 % are quicker .* \+40\.0 % .* worse/);
  });

  it('prints JSON when asked to', () => {
    const file = write('same.json', run(10_000, 5));
    const { status, output } = compare(file, file, '--json', '--effect', '0.1');
    expect(status).toBe(0);
    expect(JSON.parse(output)).toMatchObject({ doubts: [], left: [] });
  });

  it('ends with 2 and what to do when it is used wrongly', () => {
    const stranger = write('stranger.json', { format: 'another' });
    expect(compare(stranger)).toEqual({ status: 2, output: 'give two files: BEFORE AFTER; --help tells more\n' });
    expect(compare(stranger, stranger).output).toContain('is not what "npm run bench" writes');
  });
});
