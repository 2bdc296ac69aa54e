import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRandom } from '../../../bench/measure/random.ts';
import { createProgress } from '../../../bench/run/progress.ts';
import { runScenarios } from '../../../bench/run/run-scenarios.ts';
import { quickScale } from '../../../bench/scenarios/scales.ts';
import { type Scenario, Skipped } from '../../../bench/scenarios/scenario.ts';
import { quiet } from './fixtures/result.ts';

let folder: string;
const order: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'fi-run-scenarios-'));
  order.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true }));

const scenario = (name: string, changes: Partial<Scenario> = {}): Scenario => ({
  name,
  what: `what ${name} is`,
  metrics: { speed: { what: 'speed', unit: 'm/s', better: 'higher' } },
  run: async () => {
    order.push(name);
    return { values: { speed: order.length }, lost: 0 };
  },
  ...changes,
});

const run = (scenarios: readonly Scenario[], repeats: number, seed = 1) => {
  const said: string[] = [];
  const progress = createProgress(scenarios, repeats, (line) => said.push(line));
  const results = runScenarios({
    scenarios,
    repeats,
    scale: quickScale,
    folder,
    random: createRandom(seed),
    progress,
    watch: () => ({ end: () => quiet }),
  });
  return { results, said };
};

const four = ['a', 'b', 'c', 'd'].map((name) => scenario(name));

describe('a run of scenarios', () => {
  it('goes in rounds, each scenario once in each, in another order', async () => {
    const results = await run(four, 6).results;
    const rounds = Array.from({ length: 6 }, (_, round) => order.slice(round * 4, round * 4 + 4));
    for (const round of rounds) expect([...round].sort()).toEqual(['a', 'b', 'c', 'd']);
    expect(new Set(rounds.map((round) => round.join(''))).size).toBeGreaterThan(1);
    expect(results.map(({ name, repeats }) => [name, repeats.map(({ repeat }) => repeat)])).toEqual(
      ['a', 'b', 'c', 'd'].map((name) => [name, [1, 2, 3, 4, 5, 6]]),
    );
  });

  it('has the same order for the same seed', async () => {
    await run(four, 3, 9).results;
    const first = order.splice(0);
    await run(four, 3, 9).results;
    expect(order).toEqual(first);
  });

  it('repeats a slow one less often', async () => {
    const [quick, slow] = await run([scenario('quick'), scenario('slow', { mostRepeats: 2 })], 4).results;
    expect([quick?.repeats.length, slow?.repeats.length]).toEqual([4, 2]);
  });

  it('skips what cannot run here, once, with the reason', async () => {
    let tries = 0;
    const refuse = async (): Promise<never> => {
      tries++;
      throw new Skipped('there is no Python');
    };
    const { results, said } = run([scenario('a'), scenario('lacking', { run: refuse })], 3);
    const [, lacking] = await results;
    expect(lacking).toMatchObject({ skipped: 'there is no Python', repeats: [], failures: [] });
    expect(tries).toBe(1);
    expect(said).toContain('    skipped: there is no Python');
  });

  it('goes on when one fails, and tells why', async () => {
    const fail = async (): Promise<never> => {
      throw new Error('the host ended', { cause: new Error('out of memory') });
    };
    const [good, bad] = await run([scenario('good'), scenario('bad', { run: fail })], 2).results;
    expect(good?.repeats).toHaveLength(2);
    expect(bad).toMatchObject({
      repeats: [],
      failures: ['the host ended (out of memory)', 'the host ended (out of memory)'],
    });
  });

  it('gives each repeat an empty folder and removes it', async () => {
    const write: Scenario['run'] = async (context) => {
      expect(existsSync(context.folder)).toBe(true);
      expect(readdirSync(context.folder)).toEqual([]);
      writeFileSync(path.join(context.folder, 'left'), '');
      return { values: {}, lost: 0 };
    };
    const [result] = await run([scenario('writes', { run: write })], 2).results;
    expect(result?.repeats).toHaveLength(2);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('keeps the values that the scenario declares, and no NaN', async () => {
    const values = { speed: Number.NaN, other: 3 };
    const [result] = await run([scenario('a', { run: async () => ({ values, lost: 0 }) })], 1).results;
    expect(result?.repeats[0]?.values).toEqual({});
  });

  it('says how long the rest takes once each scenario ran', async () => {
    const { results, said } = run(four, 2);
    await results;
    expect(said[0]).toMatch(/^\[1\/8\] [abcd], repeat 1$/);
    expect(said.filter((line) => line.startsWith('['))[4]).toMatch(/^\[5\/8\] [abcd], repeat 2, \d+ s left$/);
  });
});
