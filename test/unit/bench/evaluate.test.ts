import { describe, expect, it } from 'vitest';
import { budgets } from '../../../bench/budgets.ts';
import { evaluate } from '../../../bench/report/evaluate.ts';
import { exitStatusOf } from '../../../bench/run/exit-status.ts';
import { allScenarios } from '../../../bench/scenarios/all.ts';
import { benchResult, busy, scenarioResult } from './fixtures/result.ts';

const acceptMax = (rate: number, changes = {}) =>
  scenarioResult(
    'accept-max',
    [0.99, 1, 1.01, 1.02].map((times) => ({ requestsPerSecond: times * rate })),
    changes,
  );
const statusOf = (scenario: ReturnType<typeof acceptMax>, check = true): number =>
  exitStatusOf(evaluate(benchResult([scenario])), check);

describe('the budgets', () => {
  it('name metrics that their scenarios have', () => {
    for (const { scenario, metric } of budgets) {
      const found = allScenarios.find(({ name }) => name === scenario);
      expect(Object.keys(found?.metrics ?? {}), `${scenario} has no ${metric}`).toContain(metric);
    }
  });

  it('are judged for the scenarios that ran, and for no others', () => {
    const { budgets: judged } = evaluate(benchResult([acceptMax(15_000)]));
    expect(judged.map(({ budget }) => budget.scenario)).toEqual(['accept-max']);
    expect(judged[0]?.verdict).toEqual({ kind: 'met' });
  });

  it('fail a checked run that misses one, and no other', () => {
    expect(statusOf(acceptMax(15_000))).toBe(0);
    expect(statusOf(acceptMax(5_000))).toBe(1);
    expect(statusOf(acceptMax(5_000), false)).toBe(0);
  });

  it('leave a checked run without a conclusion on a busy machine', () => {
    expect(statusOf(acceptMax(5_000, { noise: busy }))).toBe(3);
    expect(statusOf(acceptMax(5_000, { doubts: ['the generator itself was late'] }))).toBe(3);
  });

  it('are not judged at the quick scale, but for bytes', () => {
    const quick = { scaleName: 'quick' } as const;
    const [speed] = evaluate(benchResult([acceptMax(5_000)], quick)).budgets;
    expect(speed?.verdict).toMatchObject({ kind: 'inconclusive' });
    const parts = scenarioResult('parts', [{ tenThousandBytes: 200, scanPerSecond: 1 }]);
    const bytes = evaluate(benchResult([parts], quick)).budgets.find(
      ({ budget: { metric } }) => metric === 'tenThousandBytes',
    );
    expect(bytes?.verdict).toEqual({ kind: 'not-met' });
  });

  it('are inconclusive where a scenario was skipped, with its reason', () => {
    const skipped = { ...scenarioResult('report-scripts', []), skipped: 'no Python' };
    const { budgets: judged } = evaluate(benchResult([skipped]));
    expect(judged.map(({ verdict }) => verdict)).toEqual([
      { kind: 'inconclusive', reason: 'skipped: no Python' },
      { kind: 'inconclusive', reason: 'skipped: no Python' },
    ]);
  });
});

describe('a run', () => {
  it('fails when an accepted event was lost, checked or not', () => {
    const lossy = acceptMax(15_000, { lost: 2 });
    expect(evaluate(benchResult([lossy])).lostEvents).toBe(8);
    expect(statusOf(lossy, false)).toBe(1);
  });

  it('fails when a scenario did', () => {
    expect(statusOf({ ...acceptMax(15_000), failures: ['the host ended'] }, false)).toBe(1);
  });

  it('doubts a generator that reaches hardly more than the product', () => {
    const bare = (rate: number) => scenarioResult('generator', [{ requestsPerSecond: rate }]);
    expect(evaluate(benchResult([bare(30_000), acceptMax(12_000)])).instrument?.isFastEnough).toBe(true);
    expect(evaluate(benchResult([bare(13_000), acceptMax(12_000)])).instrument?.isFastEnough).toBe(false);
    expect(evaluate(benchResult([acceptMax(12_000)])).instrument).toBeUndefined();
  });

  it('says the same of the same result each time', () => {
    const result = benchResult([acceptMax(12_000)]);
    expect(evaluate(result)).toEqual(evaluate(result));
  });
});
