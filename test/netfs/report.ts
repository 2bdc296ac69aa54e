import type { Statuses } from './clients/ask.ts';
import type { Clients } from './clients.ts';
import type { Verdict } from './verdict.ts';

const grouped = new Intl.NumberFormat('en-US');
const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

const sum = (all: readonly Readonly<Statuses>[]): string => {
  const total: Statuses = {};
  for (const statuses of all) {
    for (const [status, count] of Object.entries(statuses)) total[status] = (total[status] ?? 0) + count;
  }
  return Object.entries(total)
    .map(([status, count]) => `${status} ${grouped.format(count)} times`)
    .join(', ');
};

const longest = (all: readonly { readonly longestMs: number }[]): string =>
  seconds(Math.max(...all.map(({ longestMs }) => longestMs)));

/** What a run showed, in lines for whoever reads its output. */
export const reportOf = (name: string, { writers, followers }: Clients, verdict: Verdict): string =>
  [
    `${grouped.format(verdict.accepted)} events accepted; each at one position of ${grouped.format(verdict.positions)}, on both hosts`,
    `writers were answered ${sum(writers.map(({ statuses }) => statuses))}; ${longest(writers)} at most until a 202`,
    `followers were answered ${sum(followers.map(({ statuses }) => statuses))}; ${longest(followers)} at most between two events`,
    ...verdict.verified.map((line) => `fi verify: ${line}`),
  ]
    .map((line) => `${name}: ${line}`)
    .join('\n');
