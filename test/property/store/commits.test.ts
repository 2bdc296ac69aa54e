import { describe, expect, it } from 'vitest';
import { CommitLog } from '../../../shared/store/commits/commit-log.ts';
import type { Commit } from '../../../shared/store/commits/format.ts';
import { publishCommit, publishSnapshot } from '../../../shared/store/commits/publish-commit.ts';
import type { StoreState } from '../../../shared/store/commits/state.ts';
import { DurableFolders } from '../../../shared/store/folders.ts';
import { type Faults, noFaults, SimulatedMount } from '../../simulation/rig/mount.ts';
import { createRandom } from '../../simulation/rig/random.ts';
import { Scheduler } from '../../simulation/rig/scheduler.ts';
import { SimulatedShare } from '../../simulation/rig/share.ts';
import { commitAfter } from '../../unit/store/commits/commits.ts';

const store = '/store';
const trouble: Faults = { ...noFaults, errorBefore: 0.03, errorAfter: 0.03, crash: 0.01, staleListing: 0.5 };

/** What a run learnt: the paths that a number was confirmed for, and every state that a reader saw. */
interface Seen {
  readonly confirmed: Map<number, string>;
  readonly states: StoreState[];
}

let names = 0;

/** Commits until it has won so often, has failed so often, or its process ended. */
const write = async (share: SimulatedShare, faults: Faults, wins: number, seen: Seen): Promise<void> => {
  const files = new SimulatedMount(share, faults);
  const log = new CommitLog({ folder: store, files });
  const writing = {
    folder: store,
    files,
    folders: new DurableFolders(files, store),
    uniqueName: () => `temporary-${++names}`,
  };
  for (let won = 0, attempts = 0; won < wins && attempts < 4 * wins && !files.crashed; attempts++) {
    try {
      const state = await log.catchUp();
      seen.states.push(state);
      const due = log.takeSnapshotDue();
      if (due) await publishSnapshot(writing, due);
      const commit: Commit = commitAfter(state, `parts/clinical/2026-11-23/${++names}.h5`);
      if ((await publishCommit(writing, commit)) === 'taken') continue;
      won++;
      expect(seen.confirmed.get(commit.number), 'two winners of one number').toBeUndefined();
      seen.confirmed.set(commit.number, commit.added[0]?.path ?? '');
    } catch (error) {
      // The share or the process failed; an alarm of a damaged log would be a false one.
      expect(error).toMatchObject({ tag: 'StoreUnavailable' });
    }
  }
};

const read = async (share: SimulatedShare, times: number, seen: Seen): Promise<void> => {
  for (let time = 0; time < times; time++) {
    const log = new CommitLog({ folder: store, files: new SimulatedMount(share, noFaults) });
    for (let again = 0; again < 3; again++) seen.states.push(await log.catchUp());
  }
};

const pathsOf = (state: StoreState): readonly string[] => [...state.parts.keys()];

interface RaceOptions {
  readonly faults: Faults;
  readonly wins: number;
  readonly losesPower: boolean;
}

const race = async (seed: number, options: RaceOptions): Promise<StoreState> => {
  const scheduler = new Scheduler(createRandom(seed));
  const share = new SimulatedShare(scheduler, store);
  const seen: Seen = { confirmed: new Map(), states: [] };
  for (let round = 0; round < 3; round++) {
    const writers = Array.from({ length: 1 + scheduler.random.below(4) }, () =>
      write(share, options.faults, options.wins, seen),
    );
    await scheduler.run(Promise.all([...writers, read(share, 2, seen)]));
    if (options.losesPower) share.losePower();
  }
  const final = await scheduler.run(
    new CommitLog({ folder: store, files: new SimulatedMount(share, noFaults) }).catchUp(),
  );
  const history = pathsOf(final);
  expect(history).toHaveLength(final.number);
  for (const [number, path] of seen.confirmed) expect(history[number - 1], `commit ${number}`).toBe(path);
  for (const state of seen.states) expect(pathsOf(state)).toEqual(history.slice(0, state.number));
  return final;
};

const raceOfSeed = async (seed: number, options: RaceOptions): Promise<StoreState> => {
  try {
    return await race(seed, options);
  } catch (error) {
    throw new Error(`seed ${seed}`, { cause: error });
  }
};

describe('commits of many writers on a share that fails, with processes that end anywhere', () => {
  it('are one history without gaps, of which every reader sees a beginning', async () => {
    for (let seed = 1; seed <= 300; seed++)
      await raceOfSeed(seed, { faults: trouble, wins: 4, losesPower: seed % 2 === 0 });
  });

  it('stay so across snapshots', async () => {
    const numbers: number[] = [];
    for (let seed = 1; seed <= 8; seed++) {
      const faults = { ...trouble, crash: 0.000_2 };
      numbers.push((await raceOfSeed(seed, { faults, wins: 60, losesPower: true })).number);
    }
    expect(Math.max(...numbers)).toBeGreaterThan(300);
  });
});
