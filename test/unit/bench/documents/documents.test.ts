import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newestRuns } from '../../../../bench/documents/newest-runs.ts';
import { writeDocuments } from '../../../../bench/documents/write-documents.ts';
import { busy, scenarioResult } from '../fixtures/result.ts';
import { benchRun, profileRun } from './recorded.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'fi-documents-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const record = (name: string, result: object): void => writeFileSync(path.join(folder, name), JSON.stringify(result));

/** The documents that come of what is in the folder, by their names. */
const written = (): Readonly<Record<string, string>> => {
  const docs = path.join(folder, 'docs');
  writeDocuments(newestRuns(folder), docs);
  return Object.fromEntries(readdirSync(docs).map((name) => [name, readFileSync(path.join(docs, name), 'utf8')]));
};

describe('docs:measured', () => {
  it('writes what it has the runs for, and names the command of the others', () => {
    record('profile.json', profileRun());
    const results = writeDocuments(newestRuns(folder), path.join(folder, 'docs'));
    const missing = Object.fromEntries(results.map(({ file, missing }) => [file, missing]));
    expect(missing).toMatchObject({
      'MICRO_PROFILING_PLAN.md': [],
      'LATENCY_BUDGET.md': ['npm run bench'],
      'BENCHMARK_REPORT.md': ['npm run bench'],
    });
    expect(readdirSync(path.join(folder, 'docs'))).toEqual(['MICRO_PROFILING_PLAN.md']);
  });

  it('takes the newest full run of each kind', () => {
    const run = (rate: number, finishedAt: string, scaleName: 'full' | 'quick' = 'full') =>
      benchRun({
        scenarios: [scenarioResult('accept-max', [{ requestsPerSecond: rate }])],
        finishedAt,
        scaleName,
      });
    record('a.json', run(13_333, '2026-11-25T15:00:00.000Z'));
    record('b.json', run(11_111, '2026-11-25T14:00:00.000Z'));
    record('c.json', run(17_777, '2026-11-25T16:00:00.000Z', 'quick'));
    record('other.json', { format: 'something else' });
    const report = written()['BENCHMARK_REPORT.md'];
    expect(report).toContain('13,333 req/s');
    expect(report).not.toMatch(/11,111|17,777/);
  });

  it('says of each figure what prints it, when, of which code and on what', () => {
    record('bench.json', benchRun());
    const report = written()['BENCHMARK_REPORT.md'];
    expect(report).toContain(
      '*`npm run bench -- --only persist`, 2026-11-25 12:30 UTC, commit abc, on 2 x a processor, ext4, Node v24.0.0*',
    );
    const tables = report?.split('\n\n').filter((part) => part.startsWith('| scenario')) ?? [];
    expect(tables.length).toBeGreaterThan(5);
    for (const table of tables) expect(report).toContain(`${table}\n\n*\`npm run bench -- --only`);
  });

  it('says what to do about a budget that is not met, and nothing about the others', () => {
    record('bench.json', benchRun());
    const [, advice = ''] = /## What to do\n\n(.*?)\n\n##/s.exec(written()['BENCHMARK_REPORT.md'] ?? '') ?? [];
    expect(advice.split('\n')).toEqual([
      expect.stringContaining('persist, batches of 1,000, fsynced: 41,000 events/s, wanted ≥ 60,000'),
    ]);
  });

  it('calls inconclusive what a busy machine did not reach', () => {
    const persist = scenarioResult('persist', Array(3).fill({ eventsPerSecond: 41_000 }), { noise: busy });
    record('bench.json', benchRun({ scenarios: [persist] }));
    const report = written()['BENCHMARK_REPORT.md'];
    expect(report).toContain('0 of 1 budgets are met, 0 are not, 1 are inconclusive.');
    expect(report).toContain('| inconclusive: the machine was busy: 0 of 3 repeats were quiet |');
    expect(report).toContain('0 of 3 repeats were quiet (inconclusive: 0 of at least 3 quiet repeats)');
    expect(report).toContain('Run `npm run bench -- --only persist` on a quiet machine.');
  });
});

describe('LATENCY_BUDGET.md', () => {
  it("sets the report's budgets against processor time, and names the largest stage", () => {
    record('bench.json', benchRun());
    record('profile.json', profileRun());
    const budget = written()['LATENCY_BUDGET.md'];
    expect(budget).toContain('| HASH | 150 ms | 7.5 % | 3.00 µs | 5.0 % | 50,000 times |');
    expect(budget).toContain('The largest share is that of INGEST, with HTTP and the middleware chain: 40.0 %');
    expect(budget).toContain('PERSIST takes 33.3 % and not 85.0 %, and after the answer');
    expect(budget).toContain('Here a batch takes 1.02 times as long');
    expect(budget).toContain('Every bound below is kept');
  });
});

describe('MICRO_PROFILING_PLAN.md', () => {
  it('says what a proposed change could save at most', () => {
    record('profile.json', profileRun());
    const plan = written()['MICRO_PROFILING_PLAN.md'];
    expect(plan).toContain('**orjson**: at most 6.7 % could be saved');
    expect(plan).toContain('**xxHash**: at most 7.4 % could be saved');
    expect(plan).toContain('**uvloop**: in place');
  });

  it('shows each subject with its stages and functions, and what to look at', () => {
    record('profile.json', profileRun());
    const plan = written()['MICRO_PROFILING_PLAN.md'];
    expect(plan).toContain('### front-single');
    expect(plan).toContain('| HTTP: reading requests, writing answers, sockets | 20.0 | 50.0 % |');
    expect(plan).toContain('| `parseEvent` | shared/stages/ingest.ts:45 | 0.500 |');
    expect(plan).toContain('Look first at `writev` (15.0 %).');
    expect(plan).not.toContain('inconclusive:');
  });

  it('calls a subject inconclusive of which too few repeats were quiet', () => {
    const { subjects } = profileRun();
    const noisy = subjects.map((subject) => ({
      ...subject,
      repeats: subject.repeats.map((repeat) => ({ ...repeat, noise: busy })),
    }));
    record('profile.json', profileRun({ subjects: noisy }));
    const plan = written()['MICRO_PROFILING_PLAN.md'];
    expect(plan).toContain('inconclusive: 0 of 3 repeats were quiet');
    expect(plan).toContain('repeat 2 was noisy: others had 40 % of the processors');
  });
});
