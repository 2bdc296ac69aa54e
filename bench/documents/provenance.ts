import type { Machine, Revision } from '../measure/machine.ts';
import { provenanceRows } from '../report/html/provenance.ts';
import { heading, table } from './markdown.ts';

/** Where figures come from. */
export interface Provenance {
  readonly finishedAt: string;
  readonly machine: Machine;
  readonly revision: Revision | undefined;
}

const shortCommit = 12;

const commitText = (revision: Revision | undefined): string => {
  if (revision === undefined) return 'an unknown commit';
  return `commit ${revision.commit.slice(0, shortCommit)}${revision.changed ? ' with changes' : ''}`;
};

const minute = (time: string): string => `${time.slice(0, 16).replace('T', ' ')} UTC`;

/** The line below a table: what prints its figures, and when, on what and of which code they are. */
export const sourceLine = (command: string, { finishedAt, machine, revision }: Provenance): string =>
  `*\`${command}\`, ${minute(finishedAt)}, ${commitText(revision)}, on ${machine.processors} x ${machine.processor}, ${machine.fileSystem}, Node ${machine.node}*`;

/** All runs of a document, each with its machine. */
export const runsSection = (runs: readonly { readonly command: string; readonly run: Provenance }[]): string => {
  const rows = runs.flatMap(({ command, run: { finishedAt, machine, revision } }) => [
    [`**\`${command}\`**`, `ended ${minute(finishedAt)}`],
    ...provenanceRows(machine, revision),
  ]);
  return `${heading(2, 'The runs')}\n\n${table(['', ''], rows)}`;
};

/** What stands below the title of each document. */
export const writtenBy =
  "Written by `npm run docs:measured` from the newest runs on this machine; every figure is measured or, where it says so, the report's. " +
  'What was measured on a machine that others used is called inconclusive, unless it keeps its bound all the same. The report is the ' +
  '"Free Intelligence - Performance Benchmark Report" of 2025-10-28.';
