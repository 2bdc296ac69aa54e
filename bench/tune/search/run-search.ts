import { inWords } from '../../run/progress.ts';
import { keyOf } from '../configuration.ts';
import { runTrial, type TrialContext } from '../trial/run-trial.ts';
import type { Trial, TrialRequest } from '../trial/trial.ts';
import { nextStep, type SearchPlan, type TrialsLeft } from './halving.ts';
import type { Journal } from './journal.ts';

/** How a trial is made; a test has one that measures nothing. */
export type MakeTrial = (request: TrialRequest, quickestMs: number | undefined) => Promise<Trial>;

export const trialMaker =
  (context: Omit<TrialContext, 'quickestMs'>): MakeTrial =>
  (request, quickestMs) =>
    runTrial(request, { ...context, quickestMs });

/** What a trial takes beside its duration, in seconds, until some were made: start, warm-up, drain, reading back. */
const guessedOverheadSeconds = 6;

const secondsLeft = (left: readonly TrialsLeft[], trials: readonly Trial[]): number => {
  const overheads = trials.map(({ seconds, request }) => seconds - request.durationMs / 1_000);
  const overhead =
    overheads.length === 0 ? guessedOverheadSeconds : overheads.reduce((sum, each) => sum + each, 0) / overheads.length;
  return left.reduce((sum, { count, durationMs }) => sum + count * (durationMs / 1_000 + overhead), 0);
};

/** What came of a trial, in a few words. */
export const outcomeInWords = ({ outcome, noise, seconds }: Trial): string => {
  if (outcome.kind === 'failed') return `failed: ${outcome.reason}`;
  if (outcome.lost > 0) return `${outcome.lost} EVENTS LOST`;
  if (outcome.repeated > 0) return `${outcome.repeated} EVENTS TWICE`;
  const { p95, throughput } = outcome.values;
  const busy = noise.length === 0 ? '' : `; noisy: ${noise.join(', ')}`;
  return `${seconds.toFixed(0)} s; readable p95 ${p95?.toFixed(0)} ms, ${throughput?.toFixed(0)} events/s${busy}`;
};

const quickestOf = (trials: readonly Trial[]): number | undefined =>
  trials.length === 0 ? undefined : Math.min(...trials.map(({ calibrationMs }) => calibrationMs));

/** Makes the trials of a search that its journal does not have yet. */
export const runSearch = async (
  plan: SearchPlan,
  journal: Journal,
  make: MakeTrial,
  say: (line: string) => void,
): Promise<void> => {
  if (journal.trials.length > 0) say(`goes on after ${journal.trials.length} trials that were made before`);
  for (;;) {
    const step = nextStep(plan, journal.trials);
    if (step.kind === 'done') return;
    const { request, left } = step;
    const made = journal.trials.length;
    const all = made + left.reduce((sum, { count }) => sum + count, 0);
    const rest = inWords(secondsLeft(left, journal.trials));
    const again = request.attempt === 1 ? '' : `, try ${request.attempt}`;
    say(
      `[${made + 1}/${all}] rung ${request.rung + 1}, repeat ${request.repeat}${again}: ${keyOf(request.configuration)}; ${rest} left`,
    );
    const trial = await make(request, quickestOf(journal.trials));
    journal.append(trial);
    say(`    ${outcomeInWords(trial)}`);
  }
};
