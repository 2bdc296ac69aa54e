import { describe, expect, it } from 'vitest';
import { noiseLimits, reasonsOfNoise, watchNoise } from '../../../bench/measure/noise.ts';
import { quiet } from './fixtures/result.ts';

const linux = process.platform === 'linux';

describe('the noise of a machine', () => {
  it('is none when nobody else worked and the calibration was as quick as ever', () => {
    expect(reasonsOfNoise(quiet, 2)).toEqual([]);
  });

  it.each([
    ['others', { othersShare: noiseLimits.othersShare + 0.01 }, 'others had 9 % of the processors'],
    ['a hypervisor', { stolenShare: noiseLimits.stolenShare + 0.01 }, "4 % of the processors' time was stolen"],
    ['a slow start', { before: { quickestMs: 2, medianMs: 3 } }, 'the calibration took 1.50 times as long as at best'],
    ['a slow end', { after: { quickestMs: 2, medianMs: 3 } }, 'the calibration took 1.50 times as long as at best'],
  ])('is told of %s', (_, changes, reason) => {
    expect(reasonsOfNoise({ ...quiet, ...changes }, 2)).toEqual([reason]);
  });

  it('is not guessed where the system does not tell', () => {
    expect(reasonsOfNoise({ ...quiet, othersShare: undefined, stolenShare: undefined }, 2)).toEqual([]);
  });

  it.runIf(linux)('is read from this machine as shares of its processors', () => {
    const { othersShare = Number.NaN, stolenShare = Number.NaN, before } = watchNoise().end();
    // Processor time is told in ticks of 10 ms, so that a moment's share may be a little over all.
    expect(othersShare).toBeGreaterThanOrEqual(0);
    expect(stolenShare).toBeGreaterThanOrEqual(0);
    expect(before.quickestMs).toBeLessThanOrEqual(before.medianMs);
  });
});
