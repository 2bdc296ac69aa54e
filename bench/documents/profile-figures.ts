import type { ProfileResult } from '../profile/result.ts';
import type { StageName } from '../profile/stages.ts';
import { type SubjectSummary, summariseProfile } from '../profile/summarise.ts';
import { doubtOf } from './doubt.ts';
import { sourceLine } from './provenance.ts';

export const profileCommand = 'npm run bench:profile';

/** What a run of `npm run bench:profile` found, as documents tell it. */
export class ProfileFigures {
  readonly result: ProfileResult;
  readonly subjects: readonly SubjectSummary[];

  constructor(result: ProfileResult) {
    this.result = result;
    this.subjects = summariseProfile(result);
  }

  /** @throws Error when the run has no such subject */
  subject(name: string): SubjectSummary {
    const found = this.subjects.find(({ subject }) => subject.name === name);
    if (found === undefined) throw new Error(`the profile has no ${name}: run ${profileCommand} again`);
    return found;
  }

  /** Processor time of an event in some stages, in microseconds. */
  us(subject: string, stages: readonly StageName[]): number {
    return this.subject(subject)
      .stages.filter(({ stage }) => stages.includes(stage))
      .reduce((sum, { us }) => sum + us, 0);
  }

  /** Of the subject's processor time, 0 to 1. */
  share(subject: string, stages: readonly StageName[]): number {
    return this.us(subject, stages) / this.subject(subject).usPerEvent;
  }

  /** Why a subject's figures show little; undefined when they can be believed. */
  doubt(name: string): string | undefined {
    const { subject, noisy } = this.subject(name);
    const count = subject.repeats.length;
    return doubtOf({ count, quiet: count - noisy.size });
  }

  get source(): string {
    return sourceLine(profileCommand, this.result);
  }
}
