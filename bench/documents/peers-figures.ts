import type { Summary } from '../measure/judge.ts';
import {
  type ComparisonSummary,
  type ContenderSummary,
  evaluatePeers,
  type PeersEvaluation,
  type TimesVerdict,
} from '../peers/report/evaluate-peers.ts';
import type { PeersResult } from '../peers/run/result.ts';
import { figure, intervalText, verdictText } from '../report/format.ts';
import { sureness } from './doubt.ts';
import { table } from './markdown.ts';
import { sourceLine } from './provenance.ts';

export const peersCommand = 'npm run bench:peers';

/** Undefined where the metric was not measured. */
export const summaryOf = ({ summary }: ContenderSummary, metric: string): Summary | undefined =>
  summary.metrics.find(({ name }) => name === metric)?.summary;

export const medianOf = (contender: ContenderSummary, metric: string): number | undefined =>
  summaryOf(contender, metric)?.median;

/** What a run of `npm run bench:peers` found, as documents tell it. */
export class PeersFigures {
  readonly result: PeersResult;
  readonly evaluation: PeersEvaluation;

  constructor(result: PeersResult) {
    this.result = result;
    this.evaluation = evaluatePeers(result);
  }

  comparison(name: string): ComparisonSummary | undefined {
    return this.evaluation.comparisons.find(({ comparison }) => comparison.name === name);
  }

  /** Those of a comparison that ran here. */
  measured(name: string): readonly ContenderSummary[] {
    return (this.comparison(name)?.contenders ?? []).filter(({ summary }) => summary.scenario.repeats.length > 0);
  }

  /** Some metrics of a comparison: medians, a row for each contender. */
  table(name: string, metrics: readonly string[]): string {
    const declared = this.comparison(name)?.comparison.metrics ?? {};
    const rows = this.measured(name).map((contender) => [
      contender.contender.name,
      ...metrics.map((metric) => figure(medianOf(contender, metric) ?? Number.NaN)),
    ]);
    return table(['', ...metrics.map((metric) => `${declared[metric]?.what}, ${declared[metric]?.unit}`)], rows);
  }

  /** How many times better ours is by a metric, with what can be concluded from it. */
  timesTable(name: string, metric: string): string {
    const rows = this.measured(name).flatMap(({ contender, times }) => {
      const found = times[metric];
      if (found === undefined) return [];
      return [[contender.name, `${figure(found.median)}x`, intervalText(found), sureness(found)]];
    });
    return table(['ours, beside', 'times better', '95 % of the median', 'how sure'], rows);
  }

  /** Those of a comparison that did not run, with the reason. */
  skipped(name: string): readonly string[] {
    return (this.comparison(name)?.contenders ?? []).flatMap(({ contender }) =>
      contender.skipped === undefined ? [] : [`${contender.name} was skipped: ${contender.skipped}`],
    );
  }

  source(name: string): string {
    const names = this.measured(name)
      .filter(({ contender }) => contender !== this.comparison(name)?.comparison.ours)
      .map(({ contender }) => contender.name);
    return sourceLine(`${peersCommand} -- --only ${names.join(',')}`, this.result);
  }
}

/** Budgets that are multiples of what the report's own stack does. */
export const timesVerdictTable = (verdicts: readonly TimesVerdict[]): string =>
  table(
    ['budget', 'bound', 'median', '95 % of the median', 'verdict'],
    verdicts.map(({ what, peer, atLeast, times, verdict }) => [
      what,
      `≥ ${figure(atLeast)}x ${peer}`,
      times === undefined ? '-' : `${figure(times.median)}x`,
      intervalText(times),
      verdictText(verdict),
    ]),
  );
