import { describe, expect, it } from 'vitest';
import { WrongUsage } from '../../../../bench/run/run-options.ts';
import { wholeSpace } from '../../../../bench/tune/configuration.ts';
import { parseFollowUp, parseSearch } from '../../../../bench/tune/options.ts';
import { sizeOf } from '../../../../bench/tune/search/space.ts';
import { offeredEventsPerSecond } from './offered-events.ts';

describe('the command line of a search', () => {
  it('has defaults for everything, and a name that the same command finds again', () => {
    const { search, resultFolder } = parseSearch([]);
    expect(search).toMatchObject({ target: 'npm-start', goal: 'p95<1s,cost', space: wholeSpace, durationMs: 8_000 });
    expect(search.workload).toMatchObject({ name: 'steady', arrival: { kind: 'constant', requestsPerSecond: 200 } });
    expect(resultFolder).toMatch(/bench-results\/tune\/npm-start-steady$/);
    expect(parseSearch([])).toEqual(parseSearch([]));
  });

  it('measures a URL as it is, unless it is told how to change it', () => {
    const url = 'https://events.example.org/prod';
    const asItIs = parseSearch(['--target', url]);
    expect(sizeOf(asItIs.search.space)).toBe(1);
    expect(asItIs.resultFolder).toMatch(/events\.example\.org-prod-steady$/);
    expect(sizeOf(parseSearch(['--target', url, '--configure', 'true']).search.space)).toBeGreaterThan(100);
  });

  it('narrows what is tried, and changes the workload', () => {
    const { search } = parseSearch([
      ...[
        '--workload',
        'bursts',
        '--rate',
        '1000',
        '--windows',
        '500, 20',
        '--compressions',
        'none',
        '--media',
        'hdd,nvme',
      ],
      ...['--sizes', 'p50=500,p100=9000'],
    ]);
    expect(search.space).toMatchObject({ windowMs: [20, 500], compression: ['none'], medium: ['hdd', 'nvme'] });
    expect(search.defaults.medium).toBe('hdd');
    expect(search.workload.eventSizes).toEqual([
      [0.5, 500],
      [1, 9_000],
    ]);
    // A quarter of the time in bursts, the rest at a hundredth.
    expect(offeredEventsPerSecond(search.workload)).toBeCloseTo(257.5, 6);
  });

  const wrong: readonly (readonly [words: string, message: RegExp])[] = [
    ['--goal fast', /no metric "fast"/],
    ['--target mars', /no target mars/],
    ['--workload mars', /neither one of steady, poisson, bursts, batch nor a workload's file/],
    ['--windows 1,x', /FI_BATCH_WINDOW_MS=x: must be a whole number/],
    ['--batch-sizes 0', /FI_BATCH_SIZE=0/],
    ['--compressions zstd', /FI_COMPRESSION=zstd: must be none or gzip/],
    ['--media tape', /there is no tape; there are device, hdd/],
    ['--repeats 0', /--repeats wants a number from 1/],
    ['--seconds soon', /--seconds wants a number/],
    ['--batch 3', /take a number that divides 10000/],
    ['--sizes p50=9,p10=8', /ascending/],
    ['--name ../x', /--name wants letters/],
    ['--name ..', /--name wants letters/],
    ['--target localstack --windows 200', /whole seconds/],
    ['--target https://events.example.org --media hdd', /under npm-start alone/],
    ['--speed 9', /Unknown option '--speed'/],
    ['--windows ,', /give at least one value/],
  ];
  for (const [words, message] of wrong) {
    it(`"${words}" is refused`, () => {
      expect(() => parseSearch(words.split(' '))).toThrow(WrongUsage);
      expect(() => parseSearch(words.split(' '))).toThrow(message);
    });
  }

  it('needs the name of a search to follow it up', () => {
    expect(() => parseFollowUp([])).toThrow(/--name/);
    expect(parseFollowUp(['--name', 'one', '--seconds', '2'])).toMatchObject({ repeats: undefined, durationMs: 2_000 });
  });
});
