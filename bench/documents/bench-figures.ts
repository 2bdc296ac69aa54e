import type { BudgetVerdict, Evaluation, MetricSummary } from '../report/evaluate.ts';
import { evaluate } from '../report/evaluate.ts';
import { figure, intervalText, thresholdText, verdictText } from '../report/format.ts';
import type { BenchResult } from '../run/result.ts';
import { caveatOf, sureness } from './doubt.ts';
import { table } from './markdown.ts';
import { sourceLine } from './provenance.ts';

export const benchCommand = 'npm run bench';

/** A metric of a scenario. */
export type MetricOf = readonly [scenario: string, metric: string];

/** What a run of `npm run bench` found, as documents tell it. */
export class BenchFigures {
  readonly result: BenchResult;
  readonly evaluation: Evaluation;

  constructor(result: BenchResult) {
    this.result = result;
    this.evaluation = evaluate(result);
  }

  find([scenario, metric]: MetricOf): MetricSummary | undefined {
    const found = this.evaluation.scenarios.find((each) => each.scenario.name === scenario);
    return found?.metrics.find(({ name }) => name === metric);
  }

  /** The median with its unit; says so where there is none. */
  text(of: MetricOf): string {
    const found = this.find(of);
    return found?.summary === undefined ? 'not measured' : `${figure(found.summary.median)} ${found.metric.unit}`;
  }

  /** Undefined where it was not measured. */
  median(of: MetricOf): number | undefined {
    return this.find(of)?.summary?.median;
  }

  /** What has to stand behind a figure in a sentence where it shows nothing. */
  caveat(of: MetricOf): string {
    const found = this.find(of);
    return found?.summary === undefined || found.metric.exact === true ? '' : caveatOf(found.summary);
  }

  /** Metrics with the interval of their medians, and whether they can be believed. */
  table(rows: readonly MetricOf[]): string {
    const cells = rows.map((of) => {
      const found = this.find(of);
      const summary = found?.summary;
      return [
        of[0],
        found?.metric.what ?? of[1],
        this.text(of),
        intervalText(summary),
        summary === undefined ? '-' : sureness(summary, found?.metric.exact),
      ];
    });
    return table(['scenario', 'what', 'median', '95 % of the median', 'how sure'], cells);
  }

  /** What prints the figures of these scenarios. */
  source(...scenarios: readonly string[]): string {
    return sourceLine(`${benchCommand} -- --only ${[...new Set(scenarios)].join(',')}`, this.result);
  }
}

/** Bounds with what was measured of them. */
export const verdictTable = (title: string, verdicts: readonly BudgetVerdict[]): string =>
  table(
    [title, 'bound', 'median', '95 % of the median', 'verdict'],
    verdicts.map(({ budget, unit, summary, verdict }) => [
      budget.what,
      `${thresholdText(budget.threshold)} ${unit}`,
      summary === undefined ? '-' : figure(summary.median),
      intervalText(summary),
      verdictText(verdict),
    ]),
  );

/** What to do about a bound; undefined when it is kept. */
export const adviceOf = ({ budget, unit, summary, verdict }: BudgetVerdict): string | undefined => {
  if (verdict.kind === 'met') return undefined;
  const again = `\`npm run bench -- --only ${budget.scenario}\``;
  if (verdict.kind === 'inconclusive') {
    return `${budget.what}: nothing can be concluded (${verdict.reason}). Run ${again} on a quiet machine.`;
  }
  const measured = summary === undefined ? '-' : figure(summary.median);
  return `${budget.what}: ${measured} ${unit}, wanted ${thresholdText(budget.threshold)}. Look in docs/MICRO_PROFILING_PLAN.md for what takes most of it, and compare each change by \`npm run bench:compare\` with ${again}.`;
};
