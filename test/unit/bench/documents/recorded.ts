import type { ProfileRepeat, ProfileResult, SubjectResult } from '../../../../bench/profile/result.ts';
import { fullScale } from '../../../../bench/profile/scales.ts';
import type { StageTimes } from '../../../../bench/profile/share-out.ts';
import { type StageName, stageNames } from '../../../../bench/profile/stages.ts';
import { allSubjects } from '../../../../bench/profile/subjects.ts';
import type { BenchResult } from '../../../../bench/run/result.ts';
import { benchResult, quiet, scenarioResult } from '../fixtures/result.ts';

const thrice = <Value>(value: Value): readonly Value[] => [value, value, value];

/** A quiet run in which every budget of these scenarios is met, but for the slow persisting. */
export const benchRun = (changes: Partial<BenchResult> = {}): BenchResult =>
  benchResult(
    [
      scenarioResult('generator', thrice({ requestsPerSecond: 60_000 })),
      scenarioResult('accept-max', thrice({ requestsPerSecond: 14_000, p95Ms: 6 })),
      scenarioResult('accept-half-rate', thrice({ requestsPerSecond: 6_000, p50Ms: 1.5, p95Ms: 3, p99Ms: 6 })),
      scenarioResult('persist', thrice({ eventsPerSecond: 41_000 })),
      scenarioResult('end-to-end', thrice({ toDiskP50Ms: 150, readableP95Ms: 400 })),
      scenarioResult('grown-store', thrice({ persistRatio: 1.02, sealMergeMB: 180 })),
      scenarioResult('parts', thrice({ tenThousandBytes: 98.6, scanPerSecond: 600_000 })),
      scenarioResult(
        'report-scripts',
        thrice({ p50Ms: 1.9, p95Ms: 2.5, p99Ms: 4, requestsPerSecond: 800, successPercent: 100 }),
      ),
      scenarioResult('report-storage', thrice({ gzip4WriteMs: 12, gzip4KB: 65.6 })),
    ],
    changes,
  );

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
