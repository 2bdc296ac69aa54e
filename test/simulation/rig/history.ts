import { toColumns } from '../../../shared/store/part/columns.ts';
import { writePart } from '../../../shared/store/part/write.ts';
import { eventOf } from '../../unit/store/events.ts';
import { headerOf } from '../../unit/store/parts.ts';
import { type Faults, noFaults } from './mount.ts';
import {
  type Followed,
  following,
  type KeptUp,
  keepingUp,
  looking,
  lookingUndisturbed,
  merging,
  persisting,
  retaining,
  sealing,
} from './programs.ts';
import { judge } from './verdict.ts';
import { verifying } from './verify.ts';
import { graceMs, World } from './world.ts';

/** A process that stands still for longer than the grace, now and then. */
const suspended = { pause: 0.005, longestPauseMs: 2 * graceMs };

/** From a quiet share to one on which most runs of a sealer fail. */
const troubles: readonly Faults[] = [
  { errorBefore: 0, errorAfter: 0, crash: 0, staleListing: 0.3, ...suspended },
  { errorBefore: 0, errorAfter: 0, crash: 0.01, staleListing: 0.5, ...suspended },
  { errorBefore: 0.005, errorAfter: 0.005, crash: 0.003, staleListing: 0.5, ...suspended },
  { errorBefore: 0.02, errorAfter: 0.02, crash: 0.01, staleListing: 0.5, ...suspended },
  // All goes well up to the name: what was stored and what only looks like it differ in nothing else.
  { errorBefore: 0, errorAfter: 0, linkError: 0.1, crash: 0, staleListing: 0.5, ...suspended },
];

/** One history, told in a line: several hosts persist, seal and read at once, on a share and in processes that fail as the seed says. */
const simulate = async (seed: number): Promise<string> => {
  const world = new World(seed);
  const { scheduler, share } = world;
  const { random } = scheduler;
  const followed: Followed[] = [new Map(), new Map()];
  const kept: KeptUp = { seen: [], after: undefined };
  const faults = random.pick(troubles);
  world.retains = random.chance(0.3);
  for (let round = 0; round < 2 + random.below(2); round++) {
    // Nobody's clock is the share's, which is set right, or wrong, now and then.
    share.clockOffsetMs += random.below(7_200_000) - 3_600_000;
    world.accept(2 + random.below(6));
    const hosts = [
      ...Array.from({ length: 1 + random.below(2) }, () => world.host(faults, persisting(world, 8))),
      ...Array.from({ length: 1 + random.below(3) }, () => world.host(faults, sealing(world, 4))),
      ...Array.from({ length: random.below(3) }, () => world.host(faults, merging(world, 6))),
      ...Array.from({ length: world.retains ? 2 : 0 }, () => world.host(faults, retaining(world, 6))),
      ...followed.map((each) => world.host({ ...faults, crash: 0 }, following(world, 6, each))),
      world.host({ ...faults, crash: 0 }, keepingUp(world, 6, kept)),
      world.host({ ...noFaults, staleListing: faults.staleListing }, verifying(world, 1)),
      world.host({ ...faults, crash: 0, pause: 0.05 }, looking(world, 3)),
      world.host({ ...noFaults, pause: 0.1, longestPauseMs: 20_000 }, lookingUndisturbed(world, 3)),
    ];
    await scheduler.run(Promise.all(hosts));
    if (random.chance(0.4)) share.losePower();
    scheduler.nowMs += random.below(1_200_000);
  }
  const readable = await scheduler.run(judge(world, followed, kept));
  return `${scheduler.steps} steps, ${readable.map(({ eventId }) => eventId.slice(-4)).join(' ')}`;
};

/** Runs the history of a seed. @returns it in a line, the same each time @throws Error which says how to run it again */
export const simulateSeed = async (seed: number): Promise<string> => {
  try {
    return await simulate(seed);
  } catch (error) {
    throw new Error(`seed ${seed}: FI_TEST_FIRST_SEED=${seed} FI_TEST_SEEDS=1 runs it again`, { cause: error });
  }
};

/** HDF5's library is there before the first run: its start is not a matter of seeds. */
export const warmUp = async (): Promise<void> => {
  const columns = toColumns([eventOf(1)]);
  await writePart(columns, headerOf(columns), 'none');
};
