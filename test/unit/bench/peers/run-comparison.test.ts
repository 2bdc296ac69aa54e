import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRandom } from '../../../../bench/measure/random.ts';
import { type Comparison, type Contender, quickPeerScale } from '../../../../bench/peers/comparison.ts';
import { runComparison } from '../../../../bench/peers/run/run-comparison.ts';
import { Skipped } from '../../../../bench/scenarios/scenario.ts';
import { quiet } from '../fixtures/result.ts';
import { comparison, contender } from './fixture.ts';

let folder: string;
const said: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'fi-run-comparison-'));
  said.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true }));

const run = (compared: Comparison, repeats = 1) =>
  runComparison(compared, {
    repeats,
    scale: quickPeerScale,
    folder,
    random: createRandom(1),
    watch: () => ({ end: () => quiet }),
    progress: {
      skips: (_, { name }, reason) => said.push(`${name} is skipped: ${reason}`),
      begins: (_, { name }) => said.push(name),
      ended: ({ kind }) => said.push(kind),
    },
  });

const orderOf = ({ runs }: Awaited<ReturnType<typeof run>>): readonly string[] => runs.map((each) => each.contender);
const refuse = async (): Promise<never> => {
  throw new Skipped('there is no Java', { cause: new Error('ENOENT') });
};

describe('a comparison', () => {
  it('measures ours before and after each peer', async () => {
    const order = orderOf(await run(comparison(['a', 'b', 'c'].map((name) => contender(name)))));
    expect(order.filter((_, index) => index % 2 === 0)).toEqual(['ours', 'ours', 'ours', 'ours']);
    expect(order.filter((_, index) => index % 2 === 1).sort()).toEqual(['a', 'b', 'c']);
  });

  it('measures each as often as it is wanted, and counts its repeats', async () => {
    const { runs } = await run(comparison([contender('a')]), 3);
    expect(runs.filter((each) => each.contender === 'a').map(({ repeat }) => repeat)).toEqual([1, 2, 3]);
    expect(runs.filter((each) => each.contender === 'ours').map(({ repeat }) => repeat)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('leaves out what cannot be prepared, and says why', async () => {
    const lacking = contender('lacking', { prepare: refuse });
    const result = await run(comparison([contender('a'), lacking]));
    expect(orderOf(result)).toEqual(['ours', 'a', 'ours']);
    expect(result.peers[1]).toMatchObject({ name: 'lacking', skipped: 'there is no Java (ENOENT)' });
    expect(said).toContain('lacking is skipped: there is no Java (ENOENT)');
  });

  it('does not try again what cannot run here', async () => {
    let tries = 0;
    const measure: Contender['measure'] = () => {
      tries++;
      return refuse();
    };
    const result = await run(comparison([contender('lacking', { measure })]), 3);
    expect(tries).toBe(1);
    expect(result.peers[0]).toMatchObject({ skipped: 'there is no Java (ENOENT)', failures: [] });
  });

  it('goes on when one fails, and tells why each time', async () => {
    const measure: Contender['measure'] = async () => {
      throw new Error('it ended');
    };
    const result = await run(comparison([contender('bad', { measure }), contender('good')]), 2);
    expect(result.peers[0]?.failures).toEqual(['it ended', 'it ended']);
    expect(orderOf(result).filter((name) => name === 'good')).toHaveLength(2);
  });

  it('does not hide an error of its own behind a skip', async () => {
    const prepare = async (): Promise<never> => {
      throw new TypeError('a mistake');
    };
    await expect(run(comparison([contender('a', { prepare })]))).rejects.toThrow('a mistake');
  });

  it('gives each an empty folder of its own, and removes it', async () => {
    const folders = new Set<string>();
    const measure: Contender['measure'] = async (own) => {
      expect(existsSync(own)).toBe(true);
      folders.add(own);
      return { values: {}, lost: 0 };
    };
    await run(comparison([contender('a', { measure })], { ours: contender('ours', { measure }) }));
    expect(folders.size).toBe(3);
    expect(readdirSync(folder)).toEqual([]);
  });
});
