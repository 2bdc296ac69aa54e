import { readFileSync } from 'node:fs';
import type { CapacityResult } from '../../../../bench/capacity/result.ts';
import { queues } from '../../../../bench/peers/queues/comparison.ts';
import type { PeerRun, PeersResult } from '../../../../bench/peers/run/result.ts';
import type { ProfileRepeat, ProfileResult, SubjectResult } from '../../../../bench/profile/result.ts';
import { fullScale } from '../../../../bench/profile/scales.ts';
import type { StageTimes } from '../../../../bench/profile/share-out.ts';
import { type StageName, stageNames } from '../../../../bench/profile/stages.ts';
import { allSubjects } from '../../../../bench/profile/subjects.ts';
import type { BenchResult, ScenarioResult } from '../../../../bench/run/result.ts';
import { allScenarios } from '../../../../bench/scenarios/all.ts';
import { reportOf, type TuneReport } from '../../../../bench/tune/report/report.ts';
import { benchResult, quiet, scenarioResult } from '../fixtures/result.ts';
import { peersResult, runsOf } from '../peers/fixture.ts';
import { measured, request, search, trial } from '../tune/fixtures.ts';

/** A run of `npm run bench` has every scenario, were it only with the reason why it did not run. */
const whole = (recorded: readonly ScenarioResult[]): readonly ScenarioResult[] =>
  allScenarios.map(
    ({ name }) =>
      recorded.find((each) => each.name === name) ?? { ...scenarioResult(name, []), skipped: 'not recorded' },
  );

const thrice = <Value>(value: Value): readonly Value[] => [value, value, value];

/** A quiet run in which every budget is met, but for that of persisting; with other values of some scenarios where these are given. */
export const benchRun = (
  others: readonly ScenarioResult[] = [],
  changes: Partial<Omit<BenchResult, 'scenarios'>> = {},
): BenchResult => {
  const recorded = [
    scenarioResult('generator', thrice({ requestsPerSecond: 60_000 })),
    scenarioResult('accept-max', thrice({ requestsPerSecond: 14_000, p95Ms: 6 })),
    scenarioResult('accept-half-rate', thrice({ requestsPerSecond: 6_000, p50Ms: 1.5, p95Ms: 3, p99Ms: 6 })),
    scenarioResult('accept-batches', thrice({ eventsPerSecond: 90_000 })),
    scenarioResult('persist', thrice({ eventsPerSecond: 41_000 })),
    scenarioResult('end-to-end', thrice({ toDiskP50Ms: 150, readableP95Ms: 400 })),
    scenarioResult('memory', thrice({ largestMB: 300 })),
    scenarioResult('grown-store', thrice({ persistRatio: 1.02, sealMergeMB: 180 })),
    scenarioResult('parts', thrice({ tenThousandBytes: 98.6, scanPerSecond: 600_000 })),
    scenarioResult(
      'report-scripts',
      thrice({ p50Ms: 1.9, p95Ms: 2.5, p99Ms: 4, requestsPerSecond: 800, successPercent: 100 }),
    ),
    scenarioResult('report-storage', thrice({ gzip4WriteMs: 12, gzip4KB: 65.6 })),
  ];
  const kept = recorded.filter(({ name }) => !others.some((other) => other.name === name));
  return benchResult(whole([...kept, ...others]), changes);
};

const stageTimes = (changes: Partial<StageTimes>): StageTimes => ({
  ...(Object.fromEntries(stageNames.map((name) => [name, 0])) as Record<StageName, number>),
  ...changes,
});

const profileRepeat = (repeat: number, changes: Partial<StageTimes>): ProfileRepeat => ({
  repeat,
  startedAt: '2026-11-25T13:00:00.000Z',
  noise: quiet,
  events: 60_000,
  stages: stageTimes(changes),
  hottest: [
    { name: 'writev', place: 'node:net', stage: 'http', us: 6 },
    { name: 'parseEvent', place: 'shared/stages/ingest.ts:45', stage: 'ingest', us: 0.5 },
  ],
});

const timesOf: Readonly<Record<string, Partial<StageTimes>>> = {
  'front-single': { http: 20, ingest: 4, hash: 3, segment: 1, journal: 2, node: 8, garbage: 1, v8Threads: 1 },
  'consumer-single': { hdf5: 12, columns: 3, poller: 5 },
  persist: { hdf5: 6, columns: 2, poolThreads: 2 },
};

const subjectResult = (name: string, what: string): SubjectResult => ({
  name,
  what,
  repeats: [1, 2, 3].map((repeat) => profileRepeat(repeat, timesOf[name] ?? { node: 1 })),
});

export const profileRun = (changes: Partial<ProfileResult> = {}): ProfileResult => {
  const { machine, revision } = benchRun();
  return {
    format: 'fi-events profile',
    formatVersion: 1,
    startedAt: '2026-11-25T13:00:00.000Z',
    finishedAt: '2026-11-25T13:10:00.000Z',
    machine,
    revision,
    scaleName: 'full',
    scale: fullScale,
    subjects: allSubjects.map(({ name, what }) => subjectResult(name, what)),
    ...changes,
  };
};

/** What a queue of the peers' run did, three times, between runs of ours. */
export type QueueValues = PeerRun['values'];

const ours: QueueValues = {
  messagesPerSecond: 15_000,
  aloneP95Ms: 0.9,
  missingAfterKill: 0,
  takenAtLimit: 60_000,
  refusedAtLimit: 40_000,
  waitingAtLimit: 0,
};

/** A quiet run of the queues; peers that are not given were skipped. */
export const peersRun = (values: Readonly<Record<string, QueueValues>>): PeersResult => {
  const turn = Object.entries(values).flatMap(([peer, of]) => [['ours', ours] as const, [peer, of] as const]);
  const resultOf = ({ name, what }: { readonly name: string; readonly what: string }) => ({
    ...{ name, what, failures: [] },
    ...(name === 'ours' || name in values ? {} : { skipped: 'not recorded' }),
  });
  const { name, what, metrics, peers } = queues;
  return peersResult(
    [
      {
        ...{ name, what, metrics },
        ours: resultOf({ name: 'ours', what: queues.ours.what }),
        peers: peers.map(resultOf),
        runs: runsOf(...turn, ...turn, ...turn, ['ours', ours]),
      },
    ],
    'full',
  );
};

/** What `fi capacity --json` printed for 10,000 sessions a day. */
export const capacityRun = (): CapacityResult =>
  JSON.parse(readFileSync(new URL('./capacity.json', import.meta.url), 'utf8'));

/** A search of one configuration, measured often enough to recommend it. */
export const tuneReport = (): TuneReport => {
  const { machine, revision } = benchRun();
  const trials = [1, 2, 3, 4, 5].map((repeat) =>
    trial(request({ repeat }), measured({ p95: 220, bytes: 200, cost: 2 })),
  );
  const plan = search({ configurations: 1, finalists: 1, repeats: 5 });
  return reportOf(plan, trials, { confirmation: undefined, machine, revision });
};
