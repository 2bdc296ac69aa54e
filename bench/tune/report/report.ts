import type { Machine, Revision } from '../../measure/machine.ts';
import { keyOf } from '../configuration.ts';
import type { Confirmation } from '../confirm/confirmation.ts';
import { frontOf, type Recommendation, recommend } from '../search/recommend.ts';
import { type Findings, findingsOf, planOf, type Search } from '../search/search.ts';
import type { Summary } from '../search/summarise.ts';
import type { Trial } from '../trial/trial.ts';

/** Everything that a report says; the same for the same search and trials. */
export interface TuneReport {
  readonly search: Search;
  readonly trials: readonly Trial[];
  readonly findings: Findings;
  readonly front: readonly Summary[];
  /** Undefined when no finalist could be measured whole. */
  readonly recommendation: Recommendation | undefined;
  /** The defaults, as the last rung measured it. */
  readonly usual: Summary | undefined;
  readonly confirmation: Confirmation | undefined;
  readonly machine: Machine;
  readonly revision: Revision | undefined;
}

/** What a search comes to so far; undefined when no finalist could be measured whole. */
export const recommendationOf = (search: Search, trials: readonly Trial[]): Recommendation | undefined => {
  const plan = planOf(search);
  return recommend(plan.goal, findingsOf(plan, trials).finalists, search.seed);
};

export const reportOf = (
  search: Search,
  trials: readonly Trial[],
  about: Pick<TuneReport, 'confirmation' | 'machine' | 'revision'>,
): TuneReport => {
  const plan = planOf(search);
  const findings = findingsOf(plan, trials);
  const usual = keyOf(search.defaults);
  return {
    search,
    trials,
    findings,
    front: frontOf(findings.all),
    recommendation: recommend(plan.goal, findings.finalists, search.seed),
    usual: findings.finalists.find(({ key }) => key === usual),
    ...about,
  };
};

/** Events that got a 202 and cannot be read once, of all trials. */
export const damagedEvents = ({
  trials,
}: Pick<TuneReport, 'trials'>): { readonly lost: number; readonly repeated: number } =>
  trials.reduce(
    (sum, { outcome }) =>
      outcome.kind === 'failed' ? sum : { lost: sum.lost + outcome.lost, repeated: sum.repeated + outcome.repeated },
    { lost: 0, repeated: 0 },
  );
