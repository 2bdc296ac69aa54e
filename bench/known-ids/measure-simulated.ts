import { layoutOf, pageBytes } from '../../shared/store/known-ids/layout.ts';
import { planMerges } from '../../shared/store/known-ids/plan.ts';
import { type RunRef, runPath } from '../../shared/store/known-ids/run.ts';
import { absentFrom, eventsPerSecond, type IdKind, keyOfEvent, scramble } from './ids.ts';
import { type LookupFigures, measureLookups } from './measure-lookups.ts';
import { putVirtualKey, VirtualRuns } from './virtual-runs.ts';

export interface SimulatedFigures {
  readonly ids: IdKind;
  readonly stored: number;
  readonly ids_a_seal: number;
  readonly runs: number;
  readonly most_runs: number;
  readonly bytes_an_id: number;
  readonly write_amplification: number;
  /** Ids that were stored before, any time. */
  readonly known: LookupFigures;
  /** New ids of now. */
  readonly absent: LookupFigures;
  /** New ids whose time is any of the last day's: delivered late. The same as `absent` where ids have no time. */
  readonly absent_of_a_day: LookupFigures;
}

const batchIds = 1_000;
const batches = 12;
const unmeasured = 6;

const refOf = (entries: number, basePosition: number, number: number): RunRef => ({
  path: runPath(`virtual-${number}`),
  entries,
  bytes: layoutOf(entries).pages * pageBytes,
  basePosition,
});

/** Goes through all seals and the merges that the plan would make. */
const growTo = (stored: number, idsPerSeal: number) => {
  let runs: RunRef[] = [];
  let [first, merged, mostRuns, number] = [0, 0, 0, 0];
  for (let ids = 0; ids < stored; ids += idsPerSeal) {
    const run = refOf(Math.min(idsPerSeal, stored - ids), ids, number++);
    first += run.bytes;
    runs.push(run);
    for (let plans = planMerges(runs); plans.length > 0; plans = planMerges(runs)) {
      for (const plan of plans) {
        const together = refOf(
          plan.reduce((sum, { entries }) => sum + entries, 0),
          Math.min(...plan.map(({ basePosition }) => basePosition)),
          number++,
        );
        merged += together.bytes;
        runs = [...runs.filter((run) => !plan.includes(run)), together];
      }
    }
    mostRuns = Math.max(mostRuns, runs.length);
  }
  return { runs, first, merged, mostRuns };
};

/** A number from 0 to 1, the same every time. */
const share = (number: number): number => scramble(number) / 2 ** 32;

const knownKey = (kind: IdKind, runs: readonly RunRef[], stored: number, number: number): Uint8Array => {
  const position = Math.floor(share(number) * stored);
  const key = Buffer.alloc(16);
  for (const run of runs) {
    const index = position - run.basePosition;
    if (index >= 0 && index < run.entries) putVirtualKey(kind, run, index, key, 0);
  }
  return key;
};

/** Simulates a store of so many ids: nothing of it is written, and every page that a lookup reads is made up. */
export const measureSimulated = async (kind: IdKind, stored: number, idsPerSeal: number): Promise<SimulatedFigures> => {
  const { runs, first, merged, mostRuns } = growTo(stored, idsPerSeal);
  const files = new VirtualRuns(kind, runs);
  const look = (key: (number: number) => Uint8Array): Promise<LookupFigures> => {
    const keys = Array.from({ length: batches }, (_, batch) =>
      Array.from({ length: batchIds }, (_, index) => key(batch * batchIds + index)),
    );
    return measureLookups(files, '', runs, keys, unmeasured);
  };
  const perDay = 86_400 * eventsPerSecond;
  return {
    ids: kind,
    stored,
    ids_a_seal: idsPerSeal,
    runs: runs.length,
    most_runs: mostRuns,
    bytes_an_id: Number((runs.reduce((sum, { bytes }) => sum + bytes, 0) / stored).toFixed(1)),
    write_amplification: Number(((first + merged) / first).toFixed(2)),
    known: await look((number) => knownKey(kind, runs, stored, number)),
    absent: await look((number) => keyOfEvent(kind, absentFrom + number, stored + number)),
    absent_of_a_day: await look((number) =>
      keyOfEvent(kind, absentFrom + number, stored - Math.floor(share(number) * Math.min(perDay, stored))),
    ),
  };
};
