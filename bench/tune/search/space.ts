import { createRandom, type Random, shuffled } from '../../measure/random.ts';
import { type Configuration, keyOf, type Space } from '../configuration.ts';

const axes = ['batchSize', 'windowMs', 'concurrency', 'packBytes', 'compression', 'medium'] as const;

export const sizeOf = (space: Space): number => axes.reduce((product, axis) => product * space[axis].length, 1);

/** A value for each of `count` configurations, each value about as often as the others, in random order. */
const column = <Value>(values: readonly Value[], count: number, random: Random): readonly Value[] => {
  const order = shuffled(values, random);
  return shuffled(
    Array.from({ length: count }, (_, index) => order[index % order.length] as Value),
    random,
  );
};

/** As many configurations as asked for that have every value of every axis about equally often (a Latin hypercube). */
const hypercube = (space: Space, count: number, random: Random): readonly Configuration[] => {
  const batchSizes = column(space.batchSize, count, random);
  const windows = column(space.windowMs, count, random);
  const concurrencies = column(space.concurrency, count, random);
  const packs = column(space.packBytes, count, random);
  const compressions = column(space.compression, count, random);
  const media = column(space.medium, count, random);
  return batchSizes.map((batchSize, index) => ({
    batchSize,
    windowMs: windows[index] as number,
    concurrency: concurrencies[index] as number,
    packBytes: packs[index] as number,
    compression: compressions[index] as string,
    medium: media[index] as string,
  }));
};

/** Hypercubes until there are enough different ones; a space that is tried this often and has no more is used up. */
const mostCubes = 100;

/**
 * The configurations that a search begins with: `first` (the defaults), then others spread over the space, `count` in all
 * unless the space has fewer. The same for the same seed.
 */
export const sampleSpace = (
  space: Space,
  first: Configuration,
  count: number,
  seed: number,
): readonly Configuration[] => {
  const random = createRandom(seed);
  const found = new Map([[keyOf(first), first]]);
  for (let cube = 0; cube < mostCubes && found.size < count; cube++) {
    for (const each of hypercube(space, count, random)) if (found.size < count) found.set(keyOf(each), each);
  }
  return [...found.values()];
};

const withValue = <Axis extends keyof Configuration>(
  configuration: Configuration,
  axis: Axis,
  value: Configuration[Axis],
): Configuration => ({ ...configuration, [axis]: value });

/** All that differ from a configuration by one step on one axis. */
export const neighboursOf = (space: Space, configuration: Configuration): readonly Configuration[] =>
  axes.flatMap((axis) => {
    const values: readonly (string | number)[] = space[axis];
    const at = values.indexOf(configuration[axis]);
    if (at < 0) return [];
    return [values[at - 1], values[at + 1]].flatMap((value) =>
      value === undefined ? [] : [withValue(configuration, axis, value)],
    );
  });
