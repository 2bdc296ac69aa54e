import { describe, expect, it } from 'vitest';
import { parseBenchOptions } from '../../../bench/run/options.ts';
import { WrongUsage } from '../../../bench/run/run-options.ts';
import { allScenarios } from '../../../bench/scenarios/all.ts';
import { fullScale, quickScale } from '../../../bench/scenarios/scales.ts';

const nowMs = Date.parse('2026-11-25T12:34:56Z');
const parse = (...words: string[]) => parseBenchOptions(words, allScenarios, nowMs);

describe('the options of the bench', () => {
  it('measure everything at the full scale unless told otherwise', () => {
    expect(parse()).toMatchObject({ scenarios: allScenarios, repeats: 8, scaleName: 'full', scale: fullScale });
    expect(parse()?.output).toMatch(/bench-results\/2026-11-25T123456$/);
  });

  it('change what they name', () => {
    const given = parse('--quick', '--check', '--only', 'persist, accept-max', '--repeats', '3', '--seconds', '2');
    expect(given).toMatchObject({ repeats: 3, scaleName: 'quick', check: true });
    expect(given?.scale).toEqual({ ...quickScale, measureMs: 2_000 });
    expect(given?.scenarios.map(({ name }) => name)).toEqual(['accept-max', 'persist']);
  });

  it.each([
    [['--only', 'nothing'], 'there is no scenario nothing; there are generator'],
    [['--repeats', '0'], '--repeats wants a whole number from 1, not 0'],
    [['--seconds', 'ten'], '--seconds wants a whole number from 1, not ten'],
    [['--fast'], "Unknown option '--fast'"],
  ])('refuse %j and say why', (words, message) => {
    expect(() => parse(...words)).toThrow(WrongUsage);
    expect(() => parse(...words)).toThrow(message);
  });

  it('ask for help', () => {
    expect(parse('--help')).toBeUndefined();
  });
});
