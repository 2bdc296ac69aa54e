import type { BudgetVerdict } from '../report/evaluate.ts';
import { figure } from '../report/format.ts';
import { adviceOf, type BenchFigures, benchCommand, type MetricOf, verdictTable } from './bench-figures.ts';
import { scriptLatencies, scriptStorage, scriptThroughputs, target } from './claims.ts';
import { heading, list, page, quoted, table } from './markdown.ts';
import { documentOf, type FoundRuns, type Runs } from './measured-document.ts';
import { type PeersFigures, peersCommand, timesVerdictTable } from './peers-figures.ts';
import { runsSection, sourceLine, writtenBy } from './provenance.ts';
import { type TunedSearch, tunedSection } from './tuned-searches.ts';

const ofScripts = (metric: string): MetricOf => ['report-scripts', metric];

const countOf = (verdicts: readonly BudgetVerdict[], kind: BudgetVerdict['verdict']['kind']): number =>
  verdicts.filter(({ verdict }) => verdict.kind === kind).length;

const summary = ({ evaluation: { budgets, lostEvents, instrument } }: BenchFigures): readonly string[] => [
  `${countOf(budgets, 'met')} of ${budgets.length} budgets are met, ${countOf(budgets, 'not-met')} are not, ${countOf(budgets, 'inconclusive')} are inconclusive.`,
  `Events that got a 202 and were then lost: ${lostEvents}.`,
  ...(instrument === undefined
    ? []
    : [
        instrument.isFastEnough
          ? `The load generator gets ${figure(instrument.ratio)} times as much from a bare server: it is not what is measured.`
          : `The load generator gets only ${figure(instrument.ratio)} times as much from a bare server: **throughput is that of the instrument**.`,
      ]),
];

const latencyTable = (bench: BenchFigures): string =>
  table(
    ['section 4.1', 'p50', 'p95', 'p99'],
    [
      ...scriptLatencies.map(({ phase, p50Ms, p95Ms, p99Ms }) => [
        `claimed, ${phase}`,
        ...[p50Ms, p95Ms, p99Ms].map((ms) => `${figure(ms)} ms`),
      ]),
      ['measured, the same script', ...['p50Ms', 'p95Ms', 'p99Ms'].map((metric) => bench.text(ofScripts(metric)))],
    ],
  );

const throughputTable = (bench: BenchFigures): string =>
  table(
    ['section 4.2', 'requests'],
    [
      ...scriptThroughputs.map(({ phase, requestsPerSecond }) => [
        `claimed, ${phase}`,
        `${figure(requestsPerSecond)} req/s`,
      ]),
      ['measured, the same script', bench.text(ofScripts('requestsPerSecond'))],
      ['measured, 50 connections of a generator that is fast enough', bench.text(['accept-max', 'requestsPerSecond'])],
      ['the same, events in batches of 100', bench.text(['accept-batches', 'eventsPerSecond'])],
    ],
  );

const storageTable = (bench: BenchFigures): string =>
  table(
    ['section 4.3, 1,000 events', 'written in', 'size'],
    [
      ...scriptStorage.map(({ compression, writeMs, kilobytes }) => [
        `claimed, ${compression}`,
        `${figure(writeMs)} ms`,
        `${figure(kilobytes)} KB`,
      ]),
      ...['gzip4', 'gzip1', 'none'].map((name) => [
        `measured, one of our parts, ${name === 'none' ? 'no compression' : name.replace('gzip', 'gzip-')}`,
        bench.text(['report-storage', `${name}WriteMs`]),
        bench.text(['report-storage', `${name}KB`]),
      ]),
    ],
  );

const latencyClaim = (bench: BenchFigures): string => {
  const p95 = bench.median(ofScripts('p95Ms'));
  if (p95 === undefined) return "The report's latency script was not run.";
  const caveat = bench.caveat(ofScripts('p95Ms'));
  const kept = scriptLatencies.filter((phase) => p95 <= phase.p95Ms).map(({ phase }) => phase);
  const [baseline] = scriptLatencies;
  return kept.length === 0
    ? `Its latency script gives a p95 of ${figure(p95)} ms${caveat}: more than any phase of the report promises.`
    : `Its latency script gives a p95 of ${figure(p95)} ms${caveat}, ${figure(baseline.p95Ms / p95)} times less than its baseline claims. On this one machine that keeps what it promises of: ${kept.join(', ')}.`;
};

const throughputClaim = (bench: BenchFigures): string => {
  const acceptedMost: MetricOf = ['accept-max', 'requestsPerSecond'];
  const rate = bench.median(acceptedMost);
  if (rate === undefined) return 'How many single events are accepted was not measured.';
  const most = Math.max(...scriptThroughputs.map(({ requestsPerSecond }) => requestsPerSecond));
  const accepted = `${figure(rate)} single events a second are accepted durably${bench.caveat(acceptedMost)}`;
  return rate >= most
    ? `${accepted}: what the report wants new hardware for is reached without it.`
    : `${accepted}, of the ${figure(most)} that the report wants new hardware for.`;
};

const advice = ({ evaluation: { budgets, failures } }: BenchFigures): readonly string[] => {
  const open = budgets.flatMap((verdict) => adviceOf(verdict) ?? []);
  const failed = failures.map((failure) => `A scenario failed, and has to be understood first: ${failure}.`);
  return [
    ...failed,
    ...(open.length === 0 ? ['Every budget is met: keep it so, by `npm run bench -- --check`.'] : open),
  ];
};

const scenarioSections = (bench: BenchFigures): readonly string[] =>
  bench.evaluation.scenarios.flatMap(({ scenario: { name, what, skipped }, metrics }) => [
    heading(3, name),
    skipped === undefined ? what : `${what}; skipped: ${skipped}`,
    ...(skipped === undefined ? [bench.table(metrics.map((metric) => [name, metric.name])), bench.source(name)] : []),
  ]);

/** The budgets that are multiples of what the report's own stack does, which only a run with that stack can judge. */
const timesSection = (peers: PeersFigures | undefined): readonly string[] => {
  const verdicts = peers?.evaluation.budgets ?? [];
  if (peers === undefined || verdicts.length === 0) {
    return [`How many times what the report's own stack does was not measured: that takes \`${peersCommand}\`.`];
  }
  const stacks = [...new Set(verdicts.map(({ peer }) => peer))].join(',');
  return [timesVerdictTable(verdicts), sourceLine(`${peersCommand} -- --only ${stacks}`, peers.result)];
};

const tunedSections = (tuned: readonly TunedSearch[]): readonly string[] =>
  tuned.length === 0
    ? ['No batch sizes were searched: that takes `npm run tune`.']
    : tuned.flatMap((search) => tunedSection(search));

const render = ({ bench, peers, tuned = [] }: Pick<Runs, 'bench'> & FoundRuns): string =>
  page([
    heading(1, 'Benchmark report'),
    writtenBy,
    quoted(target),
    list([...summary(bench), latencyClaim(bench), throughputClaim(bench)]),
    heading(2, 'Budgets'),
    verdictTable('budget', bench.evaluation.budgets),
    verdictTable('aim, beyond the budget', bench.evaluation.aims),
    bench.source(...bench.evaluation.budgets.map(({ budget }) => budget.scenario)),
    ...timesSection(peers),
    heading(2, "The report's own benchmarks"),
    latencyTable(bench),
    throughputTable(bench),
    storageTable(bench),
    bench.source('report-scripts', 'report-storage', 'accept-max', 'accept-batches'),
    heading(2, 'Batch sizes'),
    ...tunedSections(tuned),
    heading(2, 'What to do'),
    list(advice(bench)),
    heading(2, 'Everything that was measured'),
    ...scenarioSections(bench),
    runsSection([
      { command: benchCommand, run: bench.result },
      ...(peers === undefined ? [] : [{ command: peersCommand, run: peers.result }]),
    ]),
  ]);

export const benchmarkReport = documentOf('BENCHMARK_REPORT.md', ['bench'], render);
