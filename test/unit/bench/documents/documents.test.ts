import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newestRuns } from '../../../../bench/documents/newest-runs.ts';
import { writeDocuments } from '../../../../bench/documents/write-documents.ts';
import { busy, scenarioResult } from '../fixtures/result.ts';
import { benchRun, capacityRun, peersRun, profileRun, tuneReport } from './recorded.ts';

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
      benchRun([scenarioResult('accept-max', [{ requestsPerSecond: rate }])], { finishedAt, scaleName });
    record('a.json', run(13_333, '2026-11-25T15:00:00.000Z'));
    record('b.json', run(11_111, '2026-11-25T14:00:00.000Z'));
    record('c.json', run(17_777, '2026-11-25T16:00:00.000Z', 'quick'));
    const { scenarios, ...part } = run(19_999, '2026-11-25T17:00:00.000Z');
    record('part.json', { ...part, scenarios: scenarios.slice(0, 3) });
    record('other.json', { format: 'something else' });
    const report = written()['BENCHMARK_REPORT.md'];
    expect(report).toContain('13,333 req/s');
    expect(report).not.toMatch(/11,111|17,777|19,999/);
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
    record('bench.json', benchRun([persist]));
    const report = written()['BENCHMARK_REPORT.md'];
    expect(report).toContain('12 of 13 budgets are met, 0 are not, 1 are inconclusive.');
    expect(report).toContain('| inconclusive: the machine was busy: 0 of 3 repeats were quiet |');
    expect(report).toContain('| inconclusive: 0 of 3 repeats were quiet |');
    expect(report).toContain('Run `npm run bench -- --only persist` on a quiet machine.');
  });
});

describe('searched batch sizes', () => {
  it('are in the benchmark report, with the command that confirms them', () => {
    record('bench.json', benchRun());
    expect(written()['BENCHMARK_REPORT.md']).toContain('No batch sizes were searched');
    mkdirSync(path.join(folder, 'tune/steady'), { recursive: true });
    record('tune/steady/report.json', tuneReport());
    const report = written()['BENCHMARK_REPORT.md'];
    expect(report).toContain('- For p95<250ms,cost: ');
    expect(report).toContain('Not confirmed by a fresh run yet: `npm run tune -- confirm --name steady`.');
    expect(report).toMatch(
      /\*`npm run tune -- --name steady`, 2026-\d\d-\d\d \d\d:\d\d UTC, commit abc, on 2 x a processor/,
    );
  });
});

describe('npm run docs:measured', () => {
  const program = path.resolve(import.meta.dirname, '../../../../bench/documents.ts');
  const run = (...words: readonly string[]) => spawnSync(process.execPath, [program, ...words], { encoding: 'utf8' });

  it('ends with 1 where it is told to check and a document is missing, and with 0 otherwise', () => {
    record('profile.json', profileRun());
    const words = ['--results', folder, '--output', path.join(folder, 'docs')];
    const checked = run(...words, '--check');
    expect(checked.status).toBe(1);
    expect(checked.stdout).toContain('MICRO_PROFILING_PLAN.md is written');
    expect(checked.stdout).toContain('LATENCY_BUDGET.md is not: run npm run bench first');
    expect(run(...words).status).toBe(0);
  });

  it('ends with 2 for wrong usage, and with help where it is asked for', () => {
    expect(run('--chekc')).toMatchObject({ status: 2, stderr: expect.stringContaining('--help tells more') });
    expect(run('--help').stdout).toContain('HORIZONTAL_SCALING_PLAN.md');
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

describe('BACKPRESSURE_QUEUES_COMPARISON.md', () => {
  const lossless = { missingAfterKill: 0, takenAtLimit: 10, refusedAtLimit: 90, waitingAtLimit: 0 };

  it('says who lost what it had answered, and who is quicker without', () => {
    record(
      'peers.json',
      peersRun({
        'redis-streams-always': { ...lossless, messagesPerSecond: 30_000 },
        'nats-jetstream-synced': { ...lossless, messagesPerSecond: 3_000, refusedAtLimit: 0, waitingAtLimit: 50 },
        zeromq: {
          messagesPerSecond: 90_000,
          missingAfterKill: 700,
          takenAtLimit: 100,
          refusedAtLimit: 0,
          waitingAtLimit: 0,
        },
      }),
    );
    const text = written()['BACKPRESSURE_QUEUES_COMPARISON.md'];
    expect(text).toContain('`zeromq` lost messages that they had answered');
    expect(text).toContain(
      'the most a second: `redis-streams-always` 30,000, `ours` 15,000, `nats-jetstream-synced` 3,000.',
    );
    expect(text).toContain('more messages than the embedded queue: `redis-streams-always` 2.00 times as many.');
    expect(text).toContain('`ours`, `redis-streams-always` refuse with an answer');
    expect(text).toContain('`nats-jetstream-synced` let senders wait');
    expect(text).toContain('within the 5 ms that the report allows Redis');
    expect(text).toContain('elasticmq was skipped: not recorded');
    expect(text).not.toContain('inconclusive:');
  });

  it('keeps the embedded queue where nothing that keeps its word is quicker', () => {
    record('peers.json', peersRun({ 'redis-streams-always': { ...lossless, messagesPerSecond: 9_000 } }));
    expect(written()['BACKPRESSURE_QUEUES_COMPARISON.md']).toContain('- Keep the embedded queue');
  });
});

describe('HORIZONTAL_SCALING_PLAN.md', () => {
  it('holds each phase against what its sessions need', () => {
    record('capacity.json', capacityRun());
    const plan = written()['HORIZONTAL_SCALING_PLAN.md'];
    expect(plan).toContain('| Fase 2: Horizontal Scaling | $3K | 1,000 sessions a day | 250 ms | 1,200 req/s |');
    expect(plan).toContain('1 of its 3 nodes would do.');
    expect(plan).toContain('Buy nothing for 10,000 sessions a day');
    expect(plan).toContain('**Nothing was validated in this run**');
  });

  it('warns of loads that the model predicts badly, and only of those', () => {
    const trial = (name: string, error: number, noise: readonly string[] = []) => ({
      ...{ name, what: name, repeats: 3, noise, othersShare: 0, lost: 0, failures: [] },
      figures: [{ what: 'p95', unit: 'ms', predicted: 1 + error, measured: 1, error }],
    });
    const validation = [trial('good', 0.1), trial('bad', 0.5), trial('busy', 0.5, ['repeat 1: others'])];
    record('capacity.json', { ...capacityRun(), validation });
    const plan = written()['HORIZONTAL_SCALING_PLAN.md'];
    expect(plan).toContain('1 of 3 trials are predicted within 20.0 %.');
    expect(plan).toContain('**Do not rely on the model** for loads like bad:');
    expect(plan).toContain('Inconclusive, since the machine was busy: busy.');
  });
});
