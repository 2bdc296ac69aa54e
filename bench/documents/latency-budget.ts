import type { BudgetVerdict } from '../report/evaluate.ts';
import { figure, percent } from '../report/format.ts';
import { adviceOf, type BenchFigures, benchCommand, type MetricOf, verdictTable } from './bench-figures.ts';
import { bottleneck, growth, pipeline, reportStages, scriptLatencies, target } from './claims.ts';
import { heading, list, page, quoted, table } from './markdown.ts';
import { documentOf } from './measured-document.ts';
import { type ProfileFigures, profileCommand } from './profile-figures.ts';
import { runsSection, writtenBy } from './provenance.ts';
import { type StageCost, stageCosts } from './report-stages.ts';

const microsecondsOfMs = 1_000;

const accepted: readonly MetricOf[] = [
  ['accept-half-rate', 'p50Ms'],
  ['accept-half-rate', 'p95Ms'],
  ['accept-half-rate', 'p99Ms'],
  ['accept-full-rate', 'p95Ms'],
  ['accept-full-rate', 'p99Ms'],
  ['report-scripts', 'p50Ms'],
  ['report-scripts', 'p95Ms'],
  ['report-scripts', 'p99Ms'],
];
const afterwards: readonly MetricOf[] = [
  ['end-to-end', 'toDiskP50Ms'],
  ['end-to-end', 'toDiskP95Ms'],
  ['end-to-end', 'readableP50Ms'],
  ['end-to-end', 'readableP95Ms'],
];
const persistRatio: MetricOf = ['grown-store', 'persistRatio'];
const ofLatency: readonly MetricOf[] = [...accepted, ...afterwards, persistRatio];

const stageTable = (costs: readonly StageCost[]): string => {
  const rows = costs.map(({ stage, what, us, share }) => {
    const claimed = reportStages.find((name) => name === stage);
    const budgetMs = claimed === undefined ? undefined : pipeline.budgetMs[claimed];
    return [
      what,
      budgetMs === undefined ? '-' : `${budgetMs} ms`,
      budgetMs === undefined ? '-' : percent(budgetMs / pipeline.totalMs),
      `${figure(us)} µs`,
      percent(share),
      budgetMs === undefined ? '-' : `${figure((budgetMs * microsecondsOfMs) / us)} times`,
    ];
  });
  return table(
    ['stage', "the report's budget", 'of its total', 'processor time here', 'of all here', 'the budget is'],
    rows,
  );
};

/** Which stage is the largest, and what that says of the report's. */
const bottleneckSentences = (costs: readonly StageCost[]): readonly string[] => {
  const largest = costs.reduce((most, cost) => (cost.us > most.us ? cost : most));
  const persist = costs.find(({ stage }) => stage === 'PERSIST');
  const share = persist?.share ?? 0;
  const holds = share >= bottleneck.share;
  return [
    `The largest share is that of ${largest.what}: ${percent(largest.share)} of the processor time of an event, ${figure(largest.us)} µs.`,
    holds
      ? `PERSIST takes ${percent(share)}, as the report has it, but after the answer: no client waits for it.`
      : `PERSIST takes ${percent(share)} and not ${percent(bottleneck.share)}, and after the answer: no client waits for it.`,
  ];
};

const growthSentence = (bench: BenchFigures): string => {
  const ratio = bench.median(persistRatio);
  if (ratio === undefined) return 'Whether it grows here was not measured.';
  const { smallStoreEvents, largeStoreEvents } = bench.result.scale;
  return [
    `Here a batch takes ${figure(ratio)} times as long in a store of ${figure(largeStoreEvents)} events as in one of ${figure(smallStoreEvents)}`,
    `${bench.caveat(persistRatio)}; the report has ${figure(growth.ratio)} times from 100 to 10,000.`,
  ].join('');
};

const verdictsOf = ({ evaluation }: BenchFigures): readonly BudgetVerdict[] =>
  evaluation.budgets.filter(({ budget }) =>
    ofLatency.some(([scenario, metric]) => scenario === budget.scenario && metric === budget.metric),
  );

const advice = (bench: BenchFigures, costs: readonly StageCost[]): readonly string[] => {
  const open = verdictsOf(bench).flatMap((verdict) => adviceOf(verdict) ?? []);
  const beside = costs.find(({ stage }) => stage === 'beside');
  const stages = costs.reduce((sum, { stage, us }) => (stage === 'PERSIST' ? sum : sum + us), 0);
  const ofFront = (beside?.us ?? 0) / stages;
  return [
    ...(open.length === 0 ? ['Every bound below is kept: nothing has to be done for latency now.'] : open),
    ofFront > 0.5
      ? `${percent(ofFront)} of the front is beside the stages: fewer, larger requests and fewer objects help more than any stage made quicker.`
      : `${percent(1 - ofFront)} of the front is within the stages: docs/MICRO_PROFILING_PLAN.md names the functions.`,
  ];
};

const render = ({ bench, profile }: { readonly bench: BenchFigures; readonly profile: ProfileFigures }): string => {
  const costs = stageCosts(profile);
  const doubts = ['front-single', 'consumer-single'].flatMap((name) => profile.doubt(name) ?? []);
  return page([
    heading(1, 'Latency budget'),
    writtenBy,
    heading(2, 'Stage by stage'),
    quoted(pipeline),
    quoted(bottleneck),
    stageTable(costs),
    profile.source,
    "The report's budgets are latencies, at p95; what is set against them is what a stage can add to a latency by itself, the processor time of an event. An answer waits beside that for the queue's disk.",
    ...doubts.slice(0, 1).map((doubt) => `The profile is ${doubt}; shares of processor time suffer least from that.`),
    list(bottleneckSentences(costs)),
    heading(2, 'Until the 202'),
    quoted(target),
    table(
      ["the report's script 4.1", 'p50', 'p95', 'p99'],
      [
        ...scriptLatencies.map(({ phase, p50Ms, p95Ms, p99Ms }) => [
          `claimed, ${phase}`,
          ...[p50Ms, p95Ms, p99Ms].map((ms) => `${figure(ms)} ms`),
        ]),
        ['measured here', ...['p50Ms', 'p95Ms', 'p99Ms'].map((metric) => bench.text(['report-scripts', metric]))],
      ],
    ),
    bench.table(accepted),
    bench.source(...accepted.map(([scenario]) => scenario)),
    heading(2, 'From the 202 to disk and to readers'),
    bench.table(afterwards),
    bench.source('end-to-end'),
    heading(2, 'As the store grows'),
    quoted(growth),
    growthSentence(bench),
    bench.source('grown-store'),
    heading(2, 'The budget'),
    verdictTable('what', verdictsOf(bench)),
    heading(2, 'What to do'),
    list(advice(bench, costs)),
    runsSection([
      { command: benchCommand, run: bench.result },
      { command: profileCommand, run: profile.result },
    ]),
  ]);
};

export const latencyBudget = documentOf('LATENCY_BUDGET.md', ['bench', 'profile'], render);
