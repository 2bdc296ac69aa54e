import { chooseBest, keepsBounds } from '../goal/choose.ts';
import { type Goal, parseGoal } from '../goal/parse-goal.ts';
import { shareOfResamples } from '../search/resample.ts';
import { type Summary, summariseTrials } from '../search/summarise.ts';
import { isWhole, type Trial } from '../trial/trial.ts';

/** What a fresh run of the recommendation, and of the defaults, showed. */
export interface Confirmation {
  readonly startedAt: string;
  readonly trials: readonly Trial[];
  readonly recommended: Summary | undefined;
  /** The same as the recommended one where that is the defaults. */
  readonly usual: Summary | undefined;
  /** Share (0 to 1) of resamples in which the recommended one serves the goal at least as well as the defaults. */
  readonly confidence: number;
  readonly verdict: ConfirmationVerdict;
}

export type ConfirmationVerdict =
  | { readonly kind: 'confirmed' }
  | { readonly kind: 'not-confirmed'; readonly reasons: readonly string[] }
  | { readonly kind: 'inconclusive'; readonly reason: string };

/** Below this share a fresh run does not confirm that the recommended one is the better of both. */
const leastConfidence = 0.8;

const confidenceOf = (goal: Goal, recommended: Summary, usual: Summary, seed: number): number => {
  if (recommended.key === usual.key) return 1;
  return shareOfResamples([recommended, usual], seed, (drawn) => chooseBest(goal, drawn)?.key === recommended.key);
};

const verdictOf = (
  goal: Goal,
  promised: boolean,
  recommended: Summary | undefined,
  confidence: number,
  trials: readonly Trial[],
): ConfirmationVerdict => {
  const reasons: string[] = [];
  const damaged = trials.filter(({ outcome }) => outcome.kind === 'measured' && !isWhole(outcome));
  if (damaged.length > 0) reasons.push(`events were lost or there twice in ${damaged.length} trials`);
  if (recommended === undefined) reasons.push('the recommended configuration could not be measured');
  else if (promised && !keepsBounds(goal, recommended.values))
    reasons.push(`it does not keep the bounds of ${goal.text}`);
  if (confidence < leastConfidence) {
    reasons.push(`it serves the goal better than the defaults in ${(confidence * 100).toFixed(0)} % of the resamples`);
  }
  if (reasons.length === 0) return { kind: 'confirmed' };
  const isBusy = recommended !== undefined && recommended.noisy > recommended.repeats / 2;
  // What went wrong with the events themselves is no matter of noise.
  return isBusy && damaged.length === 0
    ? { kind: 'inconclusive', reason: `${reasons.join('; ')}; but the machine was busy in most of the trials` }
    : { kind: 'not-confirmed', reasons };
};

/** What is confirmed: both by their names, and whether the search found that the recommended one keeps the goal's bounds. */
export interface Claim {
  readonly goal: string;
  readonly recommended: string;
  readonly usual: string;
  readonly keepsBounds: boolean;
  readonly seed: number;
}

/** Judges fresh trials of the recommended configuration and of the defaults. */
export const confirmationOf = (claim: Claim, trials: readonly Trial[]): Confirmation => {
  const goal = parseGoal(claim.goal);
  const summaries = summariseTrials(trials);
  const recommended = summaries.find(({ key }) => key === claim.recommended);
  const usual = summaries.find(({ key }) => key === claim.usual);
  // Where the defaults cannot be measured any more, everything is better.
  const confidence =
    recommended === undefined ? 0 : usual === undefined ? 1 : confidenceOf(goal, recommended, usual, claim.seed);
  return {
    startedAt: trials[0]?.startedAt ?? '',
    trials,
    recommended,
    usual,
    confidence,
    verdict: verdictOf(goal, claim.keepsBounds, recommended, confidence, trials),
  };
};
