import type { Sample } from '../../measure/judge.ts';
import type { ComparisonResult, PeerRun } from '../run/result.ts';

const geometricMean = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);

/**
 * How many times better ours was than a peer in each of its runs, above 1 where ours is ahead: against ours right before and right after it,
 * since what the machine does changes from minute to minute. None of a metric that is better neither way, or that is 0 on a side.
 * @param isQuiet whether the machine was quiet during a run
 */
export const timesBetter = (
  { metrics, runs, ours }: ComparisonResult,
  peer: string,
  metric: string,
  isQuiet: (run: PeerRun) => boolean,
): readonly Sample[] => {
  const better = metrics[metric]?.better;
  if (better === undefined || better === 'neither') return [];
  const isOurs = ({ contender }: PeerRun): boolean => contender === ours.name;
  return runs.flatMap((run, index) => {
    if (run.contender !== peer) return [];
    const neighbours = [runs.slice(0, index).findLast(isOurs), runs.slice(index + 1).find(isOurs)].filter(
      (neighbour) => neighbour !== undefined,
    );
    const our = geometricMean(neighbours.flatMap(({ values }) => values[metric] ?? []));
    const times = better === 'higher' ? our / (run.values[metric] ?? 0) : (run.values[metric] ?? 0) / our;
    if (!(times > 0 && Number.isFinite(times))) return [];
    return [{ value: times, quiet: [run, ...neighbours].every(isQuiet) }];
  });
};
