import { reasonsOfNoise } from '../measure/noise.ts';
import { median } from '../measure/quantile.ts';
import type { FunctionTime } from './functions.ts';
import { hottestOfAll } from './hottest.ts';
import type { ProfileResult, SubjectResult } from './result.ts';
import { type StageName, stageNames } from './stages.ts';

/** What a stage takes for an event. */
export interface StageShare {
  readonly stage: StageName;
  /** The median over the repeats, in microseconds. */
  readonly us: number;
  /** 0 to 1, of all stages of the subject. */
  readonly share: number;
}

/** What a report says of a subject. */
export interface SubjectSummary {
  readonly subject: SubjectResult;
  /** The largest first; those that take nothing are left out. */
  readonly stages: readonly StageShare[];
  /** Processor time of an event, all stages added up. */
  readonly usPerEvent: number;
  readonly hottest: readonly FunctionTime[];
  /** Why each repeat counts as noisy, by its number; quiet ones are not in it. */
  readonly noisy: ReadonlyMap<number, readonly string[]>;
}

const shownFunctions = 10;

const quickestCalibrationMs = ({ subjects }: Pick<ProfileResult, 'subjects'>): number =>
  Math.min(
    ...subjects.flatMap(({ repeats }) =>
      repeats.flatMap(({ noise: { before, after } }) => [before.quickestMs, after.quickestMs]),
    ),
  );

const summariseSubject = (subject: SubjectResult, quickestMs: number): SubjectSummary => {
  const { repeats } = subject;
  const times = stageNames.map((stage) => ({ stage, us: median(repeats.map(({ stages }) => stages[stage])) }));
  const usPerEvent = times.reduce((sum, { us }) => sum + us, 0);
  const noise = repeats.map((each) => [each.repeat, reasonsOfNoise(each.noise, quickestMs)] as const);
  return {
    subject,
    stages: times
      .filter(({ us }) => us > 0)
      .map((time) => ({ ...time, share: time.us / usPerEvent }))
      .sort((left, right) => right.us - left.us),
    usPerEvent,
    hottest: hottestOfAll(repeats, shownFunctions),
    noisy: new Map(noise.filter(([, reasons]) => reasons.length > 0)),
  };
};

/** Everything that a report says about a run; the same for the same result. */
export const summariseProfile = (result: ProfileResult): readonly SubjectSummary[] => {
  const quickestMs = quickestCalibrationMs(result);
  return result.subjects.map((subject) => summariseSubject(subject, quickestMs));
};
