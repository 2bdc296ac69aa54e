import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { CapacityResult } from '../capacity/result.ts';
import { queues } from '../peers/queues/comparison.ts';
import type { PeersResult } from '../peers/run/result.ts';
import type { ProfileResult } from '../profile/result.ts';
import { allSubjects } from '../profile/subjects.ts';
import { readRun } from '../run/read-run.ts';
import type { BenchResult } from '../run/result.ts';
import { allScenarios } from '../scenarios/all.ts';
import { BenchFigures, benchCommand } from './bench-figures.ts';
import { CapacityFigures, capacityCommand } from './capacity-figures.ts';
import type { FoundRuns, RunName, Runs } from './measured-document.ts';
import { PeersFigures, peersCommand } from './peers-figures.ts';
import { ProfileFigures, profileCommand } from './profile-figures.ts';
import { tunedSearches } from './tuned-searches.ts';

/** How a kind of run is known, and made. */
interface RunKind<Result extends Results[RunName], Figures> {
  /** Of its files. */
  readonly format: Result['format'];
  readonly command: string;
  /** Whether nothing was left out that documents tell of: `--only` makes runs that say little. */
  isWhole(result: Result): boolean;
  figuresOf(result: Result): Figures;
}

/** What commands wrote, by the name of the run. */
interface Results {
  readonly bench: BenchResult;
  readonly profile: ProfileResult;
  readonly peers: PeersResult;
  readonly capacity: CapacityResult;
}

interface Named {
  readonly name: string;
}

const hasAll = (found: readonly Named[], wanted: readonly Named[]): boolean =>
  wanted.every(({ name }) => found.some((each) => each.name === name));

export const runKinds: { readonly [Name in RunName]: RunKind<Results[Name], Runs[Name]> } = {
  bench: {
    format: 'fi-events bench',
    command: benchCommand,
    isWhole: ({ scenarios }) => hasAll(scenarios, allScenarios),
    figuresOf: (result) => new BenchFigures(result),
  },
  profile: {
    format: 'fi-events profile',
    command: profileCommand,
    isWhole: ({ subjects }) => hasAll(subjects, allSubjects),
    figuresOf: (result) => new ProfileFigures(result),
  },
  peers: {
    format: 'fi-events bench:peers',
    command: peersCommand,
    isWhole: ({ comparisons }) => {
      const found = comparisons.find(({ name }) => name === queues.name);
      return found !== undefined && hasAll(found.peers, queues.peers);
    },
    figuresOf: (result) => new PeersFigures(result),
  },
  capacity: {
    format: 'fi-events capacity',
    command: capacityCommand,
    isWhole: () => true,
    figuresOf: (result) => new CapacityFigures(result),
  },
};

/** What is looked at before a file is read as what it is. */
interface Header {
  readonly file: string;
  readonly format?: unknown;
  readonly scaleName?: unknown;
  readonly finishedAt?: unknown;
}

const headersIn = (folder: string): readonly Header[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => {
      const file = path.join(folder, name);
      const { format, scaleName, finishedAt }: Header = JSON.parse(readFileSync(file, 'utf8'));
      return { file, format, scaleName, finishedAt };
    });

/** Full runs of a format, the newest first. A quick run shows that the instrument works, and nothing about the product. */
const fullRuns = (headers: readonly Header[], wanted: string): readonly string[] =>
  headers
    .filter(({ format, scaleName }) => format === wanted && scaleName === 'full')
    .toSorted((left, right) => String(right.finishedAt).localeCompare(String(left.finishedAt)))
    .map(({ file }) => file);

const definedOf = (runs: { readonly [Name in RunName]: Runs[Name] | undefined }): Partial<Runs> =>
  Object.fromEntries(Object.entries(runs).filter(([, run]) => run !== undefined));

/** The newest full and whole run of each kind in a folder, and all searches of `npm run tune`; a kind that is not there is left out. @throws Error when a file cannot be read */
export const newestRuns = (folder: string): FoundRuns => {
  const headers = headersIn(folder);
  const readNewest = <Name extends RunName>(name: Name): Runs[Name] | undefined => {
    const { format, command, isWhole, figuresOf } = runKinds[name];
    for (const file of fullRuns(headers, format)) {
      const result = readRun<Results[Name]>(file, format, command);
      if (isWhole(result)) return figuresOf(result);
    }
    return undefined;
  };
  const runs = definedOf({
    bench: readNewest('bench'),
    profile: readNewest('profile'),
    peers: readNewest('peers'),
    capacity: readNewest('capacity'),
  });
  return { ...runs, tuned: tunedSearches(folder) };
};
