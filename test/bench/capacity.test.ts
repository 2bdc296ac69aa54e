import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { calibrationTrials, validationTrials } from '../../bench/capacity/calibration/trials.ts';
import { readResult } from '../../bench/run/result.ts';
import { repository } from '../e2e/hosts/host.ts';

const execute = promisify(execFile);
const folder = mkdtempSync(path.join(tmpdir(), 'fi-capacity-test-'));
const stores = path.join(folder, 'stores');
mkdirSync(stores);
afterAll(() => rmSync(folder, { recursive: true }));

const fi = async (...words: readonly string[]): Promise<string> => {
  const program = path.join(repository, 'localstack/cli/fi.mjs');
  const { stdout } = await execute(process.execPath, [program, 'capacity', ...words], { maxBuffer: 64 * 1024 * 1024 });
  return stdout;
};

describe('fi capacity', () => {
  it('answers by the calibration that comes along', async () => {
    const answer = await fi('--sessions-a-day', '10000');
    expect(answer).toContain("The report's 10,000 sessions a day and 12,000 req/s are two loads");
    expect(answer).toContain('1,728,000 sessions a day');
    for (const phase of ['baseline', 'phase 1', 'phase 2', 'phase 3']) expect(answer).toContain(`${phase}: `);
  });
});

describe('fi capacity --calibrate --validate --quick', () => {
  const calibration = path.join(folder, 'calibration.json');
  const html = path.join(folder, 'capacity.html');
  let answer: { readonly validation: readonly { readonly name: string; readonly lost: number }[] };
  beforeAll(async () => {
    const measure = ['--calibrate', calibration, '--validate', '--quick', '--folder', stores];
    answer = JSON.parse(await fi(...measure, '--html', html, '--json'));
  }, 600_000);

  it('measures every trial, loses no event, and predicts what it validates', () => {
    const { scenarios } = readResult(calibration);
    expect(scenarios.flatMap(({ name, failures }) => failures.map((failure) => `${name}: ${failure}`))).toEqual([]);
    expect(scenarios.map(({ name }) => name)).toEqual(
      expect.arrayContaining([...calibrationTrials, ...validationTrials].map(({ name }) => name)),
    );
    expect(answer.validation.map(({ name, lost }) => [name, lost])).toEqual(
      validationTrials.map(({ name }) => [name, 0]),
    );
  });

  it('writes a report with the validation and plots', () => {
    const report = readFileSync(html, 'utf8');
    for (const { what } of validationTrials) expect(report).toContain(what);
    expect(report.match(/<svg /g)?.length).toBeGreaterThanOrEqual(2);
  });

  it('leaves nothing behind', () => {
    expect(readdirSync(stores)).toEqual([]);
  });
});
