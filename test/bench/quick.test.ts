import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BenchResult, readResult } from '../../bench/run/result.ts';
import { allScenarios } from '../../bench/scenarios/all.ts';
import { skipBecause } from '../e2e/suite/skip.ts';
import { runBenchCommand } from './run-command.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'fi-bench-test-'));
const stores = path.join(folder, 'stores');
afterAll(() => rmSync(folder, { recursive: true }));

/** Needs Python and the network, and may be skipped. */
const mayLack = 'report-scripts';

let bench: Awaited<ReturnType<typeof runBenchCommand>>;
let result: BenchResult;
beforeAll(async () => {
  const output = path.join(folder, 'quick');
  bench = await runBenchCommand('bench/bench.ts', ['--quick', '--folder', stores, '--output', output]);
  result = readResult(`${output}.json`);
}, 840_000);

const scenarioOf = (name: string) => {
  const found = result.scenarios.find((scenario) => scenario.name === name);
  if (found === undefined) throw new Error(`${name} is not in the result`);
  return found;
};

describe('npm run bench -- --quick', () => {
  it('ends with 0: no event was lost and no scenario failed', () => {
    expect(result.scenarios.flatMap(({ name, failures }) => failures.map((failure) => `${name}: ${failure}`))).toEqual(
      [],
    );
    expect(bench.output).toContain('Events accepted and then lost: 0');
    expect(bench.status).toBe(0);
  });

  for (const { name } of allScenarios) {
    it(`measures ${name}`, (context) => {
      const { repeats, metrics, skipped } = scenarioOf(name);
      if (name === mayLack && skipped !== undefined) skipBecause(context, skipped);
      expect(skipped).toBeUndefined();
      expect(repeats).toHaveLength(1);
      const needed = Object.entries(metrics).filter(([, { better }]) => better !== 'neither');
      expect(Object.keys(repeats[0]?.values ?? {})).toEqual(expect.arrayContaining(needed.map(([metric]) => metric)));
      expect(repeats[0]?.noise.before.quickestMs).toBeGreaterThan(0);
    });
  }

  it('writes a report with every scenario', () => {
    const html = readFileSync(path.join(folder, 'quick.html'), 'utf8');
    for (const { name } of allScenarios) {
      expect(html).toContain(`<h2 id="${name}">`);
      expect(bench.output).toContain(`${name}: `);
    }
  });

  it('leaves nothing behind', () => {
    expect(readdirSync(stores)).toEqual([]);
  });
});
