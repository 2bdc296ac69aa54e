import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ComparisonResult, PeersResult } from '../../bench/peers/run/result.ts';
import { skipBecause } from '../e2e/suite/skip.ts';
import { runBenchCommand } from './run-command.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'fi-peers-test-'));
const data = path.join(folder, 'data');
afterAll(() => rmSync(folder, { recursive: true }));

/** Cheap ones: a format that needs nothing but Node, and a queue that Debian has. */
const [format, queue] = ['ndjson-zstd', 'redis-streams-everysec'];

let bench: Awaited<ReturnType<typeof runBenchCommand>>;
let result: PeersResult;
beforeAll(async () => {
  const output = path.join(folder, 'peers');
  const words = ['--quick', '--only', `${format},${queue}`, '--folder', data, '--output', output];
  bench = await runBenchCommand('bench/peers.ts', words);
  result = JSON.parse(readFileSync(`${output}.json`, 'utf8'));
}, 600_000);

const comparison = (name: string): ComparisonResult => {
  const found = result.comparisons.find((each) => each.name === name);
  if (found === undefined) throw new Error(`${name} is not in the result`);
  return found;
};

const whySkipped = ({ peers }: ComparisonResult): string | undefined => peers[0]?.skipped;

describe('npm run bench:peers -- --quick', () => {
  it('ends with 0: ours lost no event and nothing failed', () => {
    const failures = result.comparisons.flatMap(({ ours, peers }) => [ours, ...peers].flatMap((each) => each.failures));
    expect(failures).toEqual([]);
    expect(bench.output).toContain('Events that ours accepted and then lost: 0');
    expect(bench.status).toBe(0);
  });

  for (const { name, peer, metrics } of [
    {
      name: 'queues',
      peer: queue,
      metrics: ['messagesPerSecond', 'usPerMessage', 'memoryPerMessage', 'diskPerMessage'],
    },
    { name: 'formats', peer: format, metrics: ['bytesPerEvent', 'writePerSecond', 'scanPerSecond'] },
  ]) {
    it(`measures ${peer} between two runs of ours`, (context) => {
      const found = comparison(name);
      const skipped = whySkipped(found);
      if (skipped !== undefined) skipBecause(context, skipped);
      expect(found.runs.map(({ contender }) => contender)).toEqual(['ours', peer, 'ours']);
      for (const { values } of found.runs) expect(Object.keys(values)).toEqual(expect.arrayContaining(metrics));
    });
  }

  it('kills queues in the middle of a load, and finds all that was accepted in the files of both', (context) => {
    const found = comparison('queues');
    const skipped = whySkipped(found);
    if (skipped !== undefined) skipBecause(context, skipped);
    for (const { values } of found.runs) {
      expect(values.acceptedUntilKill).toBeGreaterThanOrEqual(result.scale.killAfterEvents);
      expect(values.missingAfterKill).toBe(0);
    }
  });

  it('fills queues to their limits: what they take no more they refuse, and no sender is left without an answer', (context) => {
    const found = comparison('queues');
    const skipped = whySkipped(found);
    if (skipped !== undefined) skipBecause(context, skipped);
    for (const { values } of found.runs) {
      expect(values.refusedAtLimit).toBeGreaterThan(0);
      expect((values.takenAtLimit ?? 0) + (values.refusedAtLimit ?? 0)).toBe(result.scale.limitEvents);
      expect(values.waitingAtLimit).toBe(0);
    }
  });

  it('writes a report with both sides and how many times better ours is', () => {
    const html = readFileSync(path.join(folder, 'peers.html'), 'utf8');
    expect(html).toContain('<h2 id="formats">');
    expect(html).toContain(`formats: ${format}`);
    expect(bench.output).toMatch(/on disk +\d+ bytes an event +ours \d+\.\d+x/);
  });

  it('leaves nothing behind', () => {
    expect(readdirSync(data)).toEqual([]);
  });
});
