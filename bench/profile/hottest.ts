import type { FunctionTime } from './functions.ts';
import type { Profiled } from './profiled.ts';
import type { ProfileRepeat } from './result.ts';

/** Each repeat keeps more than are shown: what is hot in one need not be in another. */
const keptOfRepeat = 40;

const byTime = (left: FunctionTime, right: FunctionTime): number => right.us - left.us;
const keyOf = ({ name, place }: FunctionTime): string => `${name} ${place}`;

/** The functions that took most by themselves, `us` for an event; a process's threads together. */
export const hottestOf = ({ functions, events }: Profiled): readonly FunctionTime[] =>
  [...Map.groupBy(functions, keyOf).values()]
    .flatMap(([first, ...others]) => {
      if (first === undefined) return [];
      return [{ ...first, us: others.reduce((sum, { us }) => sum + us, first.us) / events }];
    })
    .sort(byTime)
    .slice(0, keptOfRepeat);

/** The functions that took most over all repeats, in the mean. */
export const hottestOfAll = (repeats: readonly ProfileRepeat[], count: number): readonly FunctionTime[] =>
  [
    ...Map.groupBy(
      repeats.flatMap(({ hottest }) => hottest),
      keyOf,
    ).values(),
  ]
    .flatMap((same) => {
      const [first] = same;
      return first === undefined ? [] : [{ ...first, us: same.reduce((sum, { us }) => sum + us, 0) / repeats.length }];
    })
    .sort(byTime)
    .slice(0, count);
