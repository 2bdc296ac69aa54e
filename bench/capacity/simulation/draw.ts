import type { Random } from '../../measure/random.ts';
import type { Spectrum } from '../../measure/spectrum.ts';

/** Gives a value of a distribution each time it is called. */
export type Draw = () => number;

export const constant =
  (value: number): Draw =>
  () =>
    value;

export const exponential =
  (mean: number, random: Random): Draw =>
  () =>
    -mean * Math.log(1 - random());

/**
 * Values distributed as those that were measured: the quantile of a random share, linear between those that the spectrum tells.
 * @throws RangeError when the spectrum is empty
 */
export const fromSpectrum = (spectrum: Spectrum, random: Random): Draw => {
  const last = spectrum.at(-1);
  if (last === undefined) throw new RangeError('a distribution without a value cannot be drawn from');
  return () => {
    const share = random();
    const at = spectrum.findIndex(([told]) => told >= share);
    const [highShare, high] = spectrum[at] ?? last;
    const [lowShare, low] = spectrum[at - 1] ?? [0, spectrum[0]?.[1] ?? high];
    return highShare === lowShare ? high : low + ((high - low) * (share - lowShare)) / (highShare - lowShare);
  };
};

/** A distribution of one value. */
export const constantSpectrum = (value: number): Spectrum => [[1, value]];
