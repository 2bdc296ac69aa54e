import { describe, expect, it } from 'vitest';
import { allComparisons } from '../../../../bench/peers/all.ts';
import { fullPeerScale, quickPeerScale } from '../../../../bench/peers/comparison.ts';
import { parsePeersOptions, peersHelp } from '../../../../bench/peers/run/options.ts';
import { WrongUsage } from '../../../../bench/run/run-options.ts';

const nowMs = Date.parse('2026-11-25T12:34:56Z');
const parse = (...words: string[]) => parsePeersOptions(words, allComparisons, nowMs);
const selected = (...words: string[]) =>
  parse(...words)?.comparisons.map(({ name, peers }) => [name, peers.map((peer) => peer.name)]);

describe('the options of bench:peers', () => {
  it('measure every peer at the full scale unless told otherwise', () => {
    expect(parse()).toMatchObject({ comparisons: allComparisons, repeats: 5, scaleName: 'full', scale: fullPeerScale });
    expect(parse()?.output).toMatch(/bench-results\/peers-2026-11-25T123456$/);
  });

  it('select single peers, and whole comparisons', () => {
    const everyWorker = allComparisons.find(({ name }) => name === 'drain')?.peers.map(({ name }) => name);
    expect(selected('--only', 'drain, zeromq')).toEqual([
      ['drain', everyWorker],
      ['queues', ['zeromq']],
    ]);
  });

  it('change what they name', () => {
    const given = parse('--quick', '--seconds', '2', '--repeats', '3', '--seed', '7');
    expect(given).toMatchObject({ repeats: 3, seed: 7, scaleName: 'quick' });
    expect(given?.scale).toEqual({ ...quickPeerScale, measureMs: 2_000 });
  });

  it.each([
    [['--only', 'rabbitmq'], 'there is no rabbitmq; there are accept, report-baseline'],
    [['--repeats', '0'], '--repeats wants a whole number from 1, not 0'],
    [['--fast'], "Unknown option '--fast'"],
  ])('refuse %j and say why', (words, message) => {
    expect(() => parse(...words)).toThrow(WrongUsage);
    expect(() => parse(...words)).toThrow(message);
  });

  it('ask for help, which names every peer', () => {
    expect(parse('--help')).toBeUndefined();
    const help = peersHelp(allComparisons);
    for (const { peers } of allComparisons) for (const { name } of peers) expect(help).toContain(`    ${name}`);
  });

  it('have one meaning for each name', () => {
    const names = allComparisons.flatMap(({ name, peers }) => [name, ...peers.map((peer) => peer.name)]);
    expect(new Set(names).size).toBe(names.length);
  });
});
