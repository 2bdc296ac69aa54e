import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import path from 'node:path';
import { WrongUsage } from '../../run/run-options.ts';
import type { Trial } from '../trial/trial.ts';
import type { Search } from './search.ts';

/** The trials of a search in a file, one a line, so that a search that ended early goes on. */
export interface Journal {
  readonly trials: readonly Trial[];
  /** Returns when the trial is on the disk. */
  append(trial: Trial): void;
}

/** What a journal is of: trials of another search say nothing about this one. */
interface Header {
  readonly format: 'fi-events tune';
  readonly formatVersion: 1;
  readonly search: Search;
}

const lineOf = (value: unknown): string => `${JSON.stringify(value)}\n`;

/** The whole lines of a file; whoever was killed while it wrote left a piece of one behind them, which is cut off. */
const wholeLines = (file: string): readonly string[] => {
  const bytes = readFileSync(file);
  const end = bytes.lastIndexOf('\n') + 1;
  if (end < bytes.length) truncateSync(file, end);
  return bytes.subarray(0, end).toString('utf8').split('\n').slice(0, -1);
};

const appendDurably = (file: string, text: string): void => {
  const descriptor = openSync(file, 'a');
  try {
    writeSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
};

/**
 * Opens the journal of a search, and makes it where there is none.
 * @param search everything that its trials depend on
 * @throws WrongUsage when the file is of another search
 */
export const openJournal = (file: string, search: Search): Journal => {
  const header: Header = { format: 'fi-events tune', formatVersion: 1, search };
  mkdirSync(path.dirname(file), { recursive: true });
  const lines = existsSync(file) ? wholeLines(file) : [];
  const [first, ...others] = lines;
  if (first === undefined) appendDurably(file, lineOf(header));
  else if (`${first}\n` !== lineOf(header)) {
    throw new WrongUsage(
      `${file} is of another search: give this one another --name, or --fresh to throw the old one away`,
    );
  }
  const trials = others.map((line): Trial => JSON.parse(line));
  return {
    trials,
    append: (trial) => {
      appendDurably(file, lineOf(trial));
      trials.push(trial);
    },
  };
};

/** What a journal has so far. @throws WrongUsage when it is no journal of a search */
export const readJournal = (file: string): Pick<Journal, 'trials'> & { readonly search: Search } => {
  const [first = '{}', ...others] = wholeLines(file);
  const header: Partial<Header> = JSON.parse(first);
  if (header.format !== 'fi-events tune' || header.search === undefined) {
    throw new WrongUsage(`${file} is not what "npm run tune" writes`);
  }
  return { search: header.search, trials: others.map((line): Trial => JSON.parse(line)) };
};
