import type { ContenderSummary } from '../peers/report/evaluate-peers.ts';
import { figure } from '../report/format.ts';
import { queuePromise, queuePush } from './claims.ts';
import { caveatOf } from './doubt.ts';
import { heading, list, page, quoted, table } from './markdown.ts';
import { documentOf } from './measured-document.ts';
import { medianOf, type PeersFigures, peersCommand, summaryOf, timesVerdictTable } from './peers-figures.ts';
import { runsSection, writtenBy } from './provenance.ts';

const nameOf = ({ contender }: ContenderSummary): string => `\`${contender.name}\``;
const namesOf = (contenders: readonly ContenderSummary[]): string => contenders.map(nameOf).join(', ');

const rateOf = (contender: ContenderSummary): number => medianOf(contender, 'messagesPerSecond') ?? 0;
const losesNothing = (contender: ContenderSummary): boolean => medianOf(contender, 'missingAfterKill') === 0;
const losesSome = (contender: ContenderSummary): boolean => (medianOf(contender, 'missingAfterKill') ?? 0) > 0;

/** What becomes of senders when there is no more room. */
type AtLimit = 'refuses' | 'lets wait' | 'takes all' | 'unknown';
const atLimitOf = (contender: ContenderSummary): AtLimit => {
  const [taken, refused, waiting] = ['takenAtLimit', 'refusedAtLimit', 'waitingAtLimit'].map((metric) =>
    medianOf(contender, metric),
  );
  if (taken === undefined || refused === undefined || waiting === undefined) return 'unknown';
  if (refused > 0) return 'refuses';
  return waiting > 0 ? 'lets wait' : 'takes all';
};

const atLimitInWords: Readonly<Record<AtLimit, string>> = {
  refuses: 'refuse with an answer, which a client can act on',
  'lets wait': 'let senders wait without an answer, which looks like an outage to them',
  'takes all': 'took everything that was offered: no limit was met',
  unknown: 'were not measured at a limit',
};

const limitSentences = (contenders: readonly ContenderSummary[]): readonly string[] =>
  [...Map.groupBy(contenders, atLimitOf)].map(([kind, members]) => `${namesOf(members)} ${atLimitInWords[kind]}.`);

const killSentences = (contenders: readonly ContenderSummary[]): readonly string[] => {
  const losers = contenders.filter(losesSome);
  const keepers = contenders.filter(losesNothing).toSorted((left, right) => rateOf(right) - rateOf(left));
  return [
    ...(losers.length === 0
      ? ['None of them lost a message that it had answered when it was killed.']
      : [
          `Killed with \`SIGKILL\`, ${namesOf(losers)} lost messages that they had answered: no \`202\` may rest on them.`,
        ]),
    ...(keepers.length === 0
      ? []
      : [
          `Of those that lost none, the most a second: ${keepers.map((each) => `${nameOf(each)} ${figure(rateOf(each))}`).join(', ')}. A kill ends processes and not the machine; what each syncs stands below.`,
        ]),
  ];
};

const latencySentence = (ours: ContenderSummary | undefined): readonly string[] => {
  const found = ours && summaryOf(ours, 'aloneP95Ms');
  if (found === undefined) return [];
  const { mostMs } = queuePush;
  const kept = found.median <= mostMs ? 'within' : 'more than';
  return [
    `A push takes ours ${figure(found.median)} ms (p95, one connection alone)${caveatOf(found)}: ${kept} the ${mostMs} ms that the report allows Redis.`,
  ];
};

/** Those that lost nothing and take more messages than ours. */
const ahead = (peers: readonly ContenderSummary[]): readonly string[] =>
  peers.filter(losesNothing).flatMap((peer) => {
    const times = peer.times.messagesPerSecond;
    if (times === undefined || times.median >= 1) return [];
    return [`${nameOf(peer)} ${figure(1 / times.median)} times as many${caveatOf(times)}`];
  });

const advice = (ours: ContenderSummary | undefined, peers: readonly ContenderSummary[]): readonly string[] => {
  if (ours === undefined) return ['Ours was not measured: run it again.'];
  const quicker = ahead(peers);
  const keep =
    quicker.length === 0
      ? 'Keep the embedded queue: nothing that loses no message here takes more of them.'
      : `Lost none here either and take more messages than the embedded queue: ${quicker.join(', ')}. Look at what they sync, and what they leave in memory, before they are preferred.`;
  const choice = losesNothing(ours)
    ? keep
    : 'The embedded queue lost messages: nothing else matters before that is understood.';
  const limit =
    atLimitOf(ours) === 'refuses'
      ? 'It refuses when it is full, and ingest turns that into a 503 with Retry-After.'
      : 'It did not refuse at its limit: look into that first.';
  return [
    choice,
    limit,
    'One node: the embedded queue. Several, or the loss of a machine to survive: `FI_QUEUE_URL` names a queue that speaks SQS, with the latency of its row above.',
  ];
};

/** Of the comparisons that the run has. */
const reportStackSection = (peers: PeersFigures): readonly string[] => {
  const tables = [
    {
      name: 'accept',
      metrics: ['requestsPerSecond', 'p50Ms', 'p95Ms', 'failedPercent', 'missingAfterKill', 'usPerEvent'],
    },
    { name: 'drain', metrics: ['eventsPerSecond', 'usPerEvent'] },
  ].flatMap(({ name, metrics }) =>
    peers.measured(name).length === 0 ? [] : [peers.table(name, metrics), peers.source(name)],
  );
  if (tables.length === 0) return [];
  return [heading(2, "Beside the report's own stack"), ...tables, timesVerdictTable(peers.evaluation.budgets)];
};

const render = ({ peers }: { readonly peers: PeersFigures }): string => {
  const contenders = peers.measured('queues');
  const own = peers.comparison('queues')?.comparison.ours;
  const ours = contenders.find(({ contender }) => contender === own);
  const others = contenders.filter((each) => each !== ours);
  return page([
    heading(1, 'Back-pressure and queues compared'),
    writtenBy,
    heading(2, 'What an answer costs'),
    quoted(queuePush),
    quoted(queuePromise),
    peers.table('queues', ['messagesPerSecond', 'p50Ms', 'p95Ms', 'p99Ms', 'aloneP50Ms', 'aloneP95Ms', 'usPerMessage']),
    peers.source('queues'),
    peers.timesTable('queues', 'messagesPerSecond'),
    peers.source('queues'),
    list([...latencySentence(ours), ...peers.skipped('queues')]),
    heading(2, 'What it is worth after a kill'),
    peers.table('queues', ['acceptedUntilKill', 'missingAfterKill']),
    peers.source('queues'),
    list(killSentences(contenders)),
    table(
      ['queue', 'what was run'],
      contenders.map((each) => [each.contender.name, each.contender.what]),
    ),
    heading(2, 'When the consumer stops'),
    peers.table('queues', ['memoryPerMessage', 'diskPerMessage', 'takenAtLimit', 'refusedAtLimit', 'waitingAtLimit']),
    peers.source('queues'),
    list(limitSentences(contenders)),
    ...reportStackSection(peers),
    heading(2, 'What to do'),
    list(advice(ours, others)),
    runsSection([{ command: peersCommand, run: peers.result }]),
  ]);
};

export const backpressureQueuesComparison = documentOf('BACKPRESSURE_QUEUES_COMPARISON.md', ['peers'], render);
