import type { Evaluation } from '../report/evaluate.ts';

/** What the bench ends with; `check` makes budgets count. */
export const exitStatusOf = ({ lostEvents, failures, budgets }: Evaluation, check: boolean): 0 | 1 | 3 => {
  if (lostEvents > 0 || failures.length > 0) return 1;
  if (!check) return 0;
  if (budgets.some(({ verdict }) => verdict.kind === 'not-met')) return 1;
  return budgets.some(({ verdict }) => verdict.kind === 'inconclusive') ? 3 : 0;
};
