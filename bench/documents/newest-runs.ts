import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type ProfileResult, readProfileResult } from '../profile/result.ts';
import { type BenchResult, readResult } from '../run/result.ts';
import { BenchFigures } from './bench-figures.ts';
import type { RunName, Runs } from './measured-document.ts';
import { ProfileFigures } from './profile-figures.ts';

/** How a kind of run is known, read and made. */
interface RunKind<Figures> {
  /** The `format` of its files. */
  readonly format: string;
  readonly command: string;
  read(file: string): Figures;
}

export const runKinds: { readonly [Name in RunName]: RunKind<Runs[Name]> } = {
  bench: {
    format: 'fi-events bench' satisfies BenchResult['format'],
    command: 'npm run bench',
    read: (file) => new BenchFigures(readResult(file)),
  },
  profile: {
    format: 'fi-events profile' satisfies ProfileResult['format'],
    command: 'npm run bench:profile',
    read: (file) => new ProfileFigures(readProfileResult(file)),
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

const newestOf = (headers: readonly Header[], wanted: string): string | undefined =>
  headers
    // A quick run shows that the instrument works, and nothing about the product.
    .filter(({ format, scaleName }) => format === wanted && scaleName === 'full')
    .toSorted((left, right) => String(left.finishedAt).localeCompare(String(right.finishedAt)))
    .at(-1)?.file;

/** The newest full run of each kind in a folder; a kind that is not there is left out. @throws Error when a file cannot be read */
export const newestRuns = (folder: string): Partial<Runs> => {
  const headers = headersIn(folder);
  const readNewest = <Name extends RunName>(name: Name): Runs[Name] | undefined => {
    const file = newestOf(headers, runKinds[name].format);
    return file === undefined ? undefined : runKinds[name].read(file);
  };
  const [bench, profile] = [readNewest('bench'), readNewest('profile')];
  return { ...(bench && { bench }), ...(profile && { profile }) };
};
