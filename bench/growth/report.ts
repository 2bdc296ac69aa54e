import { renderTable } from '../../localstack/cli/table.ts';
import type { ActCost, ActFigures } from './act-process.ts';
import { type ActName, actNames } from './acts.ts';
import { type Kind, kinds, type Share } from './survey.ts';

/** What was found at one size of the store. */
export interface SizeFigures {
  readonly events: number;
  readonly growingSeconds: number;
  /** Undefined where it was not verified. */
  readonly verifySeconds: number | undefined;
  readonly shares: Readonly<Record<Kind, Share>>;
  readonly acts: Readonly<Record<ActName, ActFigures>>;
}

const meanings: Readonly<Record<ActName, string>> = {
  open: 'read the log up to its newest commit',
  page: 'a page of 200 events of one consultation',
  event: 'one event by its id',
  proof: 'the proof of one event',
  feed: 'a page of 200 events of everything, from the middle',
  persist: 'persist a batch of 1,000',
  seal: 'seal a batch of 1,000',
};

const count = new Intl.NumberFormat('en-US');
const round = (value: number): string =>
  value < 100 ? value.toFixed(value < 10 ? 2 : 1) : count.format(Math.round(value));

const filesTable = (sizes: readonly SizeFigures[]): string =>
  renderTable(
    [
      ['files', ...kinds],
      ...sizes.map(({ events, shares }) => [
        count.format(events),
        ...kinds.map((kind) => count.format(shares[kind].files)),
      ]),
    ],
    'figures',
  );

const bytesTable = (sizes: readonly SizeFigures[]): string =>
  renderTable(
    [
      ['bytes an event', ...kinds, 'all'],
      ...sizes.map(({ events, shares }) => {
        const all = kinds.reduce((sum, kind) => sum + shares[kind].bytes, 0);
        return [count.format(events), ...kinds.map((kind) => round(shares[kind].bytes / events)), round(all / events)];
      }),
    ],
    'figures',
  );

/** As columns: a figure, and how many times that of the smallest store it is. */
const withRatio = (value: number, first: number): readonly string[] => [
  round(value),
  first === 0 ? '-' : `${round(value / first)}x`,
];

const costColumns = (cost: ActCost, first: ActCost): readonly string[] => [
  ...withRatio(cost.ms, first.ms),
  ...withRatio(cost.cpuMs, first.cpuMs),
  ...withRatio(cost.opens + cost.lists, first.opens + first.lists),
  ...withRatio(cost.readBytes / 1_024, first.readBytes / 1_024),
  ...withRatio(cost.creates + cost.syncs, first.creates + first.syncs),
];

const head = ['ms', '', 'processor ms', '', 'opens and lists', '', 'KiB read', '', 'creates and syncs', ''];

const actTable = (name: ActName, sizes: readonly SizeFigures[]): string => {
  const first = sizes[0]?.acts[name];
  const rows = sizes.flatMap(({ events, acts }) => {
    const { cold, warm, residentMB } = acts[name];
    const coldRow = [count.format(events), ...costColumns(cold, first?.cold ?? cold), `${residentMB}`];
    const warmRow = warm && [`${count.format(events)} again`, ...costColumns(warm, first?.warm ?? warm), ''];
    return warmRow ? [coldRow, warmRow] : [coldRow];
  });
  return renderTable([[meanings[name], ...head, 'MB'], ...rows], 'figures');
};

/** Tables of what a store has come to at its sizes, each figure beside its ratio to the smallest size. */
export const renderGrowth = (sizes: readonly SizeFigures[]): string => {
  const times = sizes.map(({ events, growingSeconds, verifySeconds }) => {
    const verified = verifySeconds === undefined ? 'not verified' : `verified clean in ${round(verifySeconds)} s`;
    return `${count.format(events)} events: grown in ${growingSeconds} s, ${verified}\n`;
  });
  const acts = actNames.map((name) => actTable(name, sizes));
  return [filesTable(sizes), bytesTable(sizes), ...acts, times.join('')].join('\n');
};
