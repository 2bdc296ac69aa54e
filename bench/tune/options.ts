import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseWords, WrongUsage } from '../run/run-options.ts';
import type { Space } from './configuration.ts';
import { parseGoal } from './goal/parse-goal.ts';
import type { MediumCheckOptions } from './media/check-command.ts';
import { narrowed } from './narrow-space.ts';
import type { Search } from './search/search.ts';
import { targetOf } from './targets/all.ts';
import type { Target } from './targets/target.ts';
import type { UrlOptions } from './targets/url.ts';
import type { RecordOptions } from './workload/record-command.ts';
import { parseSizes, type WorkloadChanges, workloadOf } from './workload/workload.ts';

/** What every command of a search is given. */
export interface Place {
  /** Holds the journal and the reports of a search. */
  readonly resultFolder: string;
  /** Where folders for stores and queues are made. */
  readonly storeFolder: string;
  /** For a target that is a URL. */
  readonly url: UrlOptions;
}

/** What the command line of a search asks for. */
export interface SearchOptions extends Place {
  readonly search: Search;
  /** Throws away what was measured before under that name. */
  readonly fresh: boolean;
  readonly apply: boolean;
}

/** What the command line of `confirm` or `apply` asks for. */
export interface FollowUpOptions extends Place {
  /** Undefined: as many as the search had. */
  readonly repeats: number | undefined;
  readonly durationMs: number | undefined;
}

const placeOptions = {
  name: { type: 'string' },
  results: { type: 'string', default: path.join('bench-results', 'tune') },
  folder: { type: 'string', default: tmpdir() },
  key: { type: 'string' },
  configure: { type: 'string' },
} as const;

const searchOptions = {
  ...placeOptions,
  workload: { type: 'string', default: 'steady' },
  rate: { type: 'string' },
  batch: { type: 'string' },
  connections: { type: 'string' },
  sizes: { type: 'string' },
  target: { type: 'string', default: 'npm-start' },
  goal: { type: 'string', default: 'p95<1s,cost' },
  configurations: { type: 'string', default: '18' },
  finalists: { type: 'string', default: '3' },
  repeats: { type: 'string', default: '5' },
  eta: { type: 'string', default: '3' },
  seconds: { type: 'string', default: '8' },
  'warm-up': { type: 'string', default: '2' },
  retries: { type: 'string', default: '1' },
  seed: { type: 'string', default: '1' },
  stage: { type: 'string', default: 'local' },
  'batch-sizes': { type: 'string' },
  windows: { type: 'string' },
  concurrencies: { type: 'string' },
  'pack-bytes': { type: 'string' },
  compressions: { type: 'string' },
  media: { type: 'string' },
  fresh: { type: 'boolean', default: false },
  apply: { type: 'boolean', default: false },
} as const;

const followUpOptions = { ...placeOptions, repeats: { type: 'string' }, seconds: { type: 'string' } } as const;

/** A number within bounds; `wanted` is what the message says. */
const number = (name: string, text: string, least: number, most: number): number => {
  const value = Number(text);
  if (text.trim() !== '' && value >= least && value <= most) return value;
  throw new WrongUsage(`--${name} wants a number from ${least} to ${most}, not "${text}"`);
};

const whole = (name: string, text: string, least: number, most = 1_000_000): number => {
  const value = number(name, text, least, most);
  if (Number.isInteger(value)) return value;
  throw new WrongUsage(`--${name} wants a whole number, not ${text}`);
};

const seconds = (name: string, text: string, least: number): number =>
  Math.round(number(name, text, least, 3_600) * 1_000);

/** Never a way out of the folder of results, which `--fresh` removes a part of. */
const isName = (text: string): boolean => /^\w[\w.-]*$/.test(text);

const placeOf = (
  given: {
    readonly results: string;
    readonly folder: string;
    readonly key?: string | undefined;
    readonly configure?: string | undefined;
  },
  name: string,
): Place => {
  if (!isName(name)) {
    throw new WrongUsage(`--name wants letters, digits, dots, dashes and underscores, the first no dot, not "${name}"`);
  }
  return {
    resultFolder: path.resolve(given.results, name),
    storeFolder: path.resolve(given.folder),
    url: { apiKey: given.key ?? (process.env.FI_API_KEY || undefined), configure: given.configure },
  };
};

type GivenSearch = ReturnType<typeof parseWords<typeof searchOptions>>;

const workloadChanges = ({ rate, batch, connections, sizes }: GivenSearch): WorkloadChanges => ({
  ...(rate === undefined ? {} : { rate: number('rate', rate, 0.1, 1_000_000) }),
  ...(batch === undefined ? {} : { eventsPerRequest: whole('batch', batch, 1, 10_000) }),
  ...(connections === undefined ? {} : { connections: whole('connections', connections, 1, 10_000) }),
  ...(sizes === undefined ? {} : { eventSizes: parseSizes(sizes) }),
});

/** @throws WrongUsage when the target cannot do what is to be tried */
const requirePossible = (space: Space, { name, isOnLambda }: Target): void => {
  if (!isOnLambda) return;
  if (space.windowMs.some((windowMs) => windowMs % 1_000 !== 0)) {
    throw new WrongUsage(`--windows: Lambda, and so ${name}, has windows of whole seconds`);
  }
  if (space.medium.some((medium) => medium !== 'device')) {
    throw new WrongUsage('--media: a medium is modelled under npm-start alone');
  }
};

const spaceOf = (given: GivenSearch, target: Target): Space => {
  const space = narrowed(target.space, {
    batchSize: given['batch-sizes'],
    windowMs: given.windows,
    concurrency: given.concurrencies,
    packBytes: given['pack-bytes'],
    compression: given.compressions,
    medium: given.media,
  });
  requirePossible(space, target);
  return space;
};

/** The part of a target's name that a folder may have. */
const folderName = (target: string): string => target.replace(/^https?:\/\//, '').replace(/[^\w.-]+/g, '-');

/** @throws WrongUsage naming the option */
export const parseSearch = (words: readonly string[]): SearchOptions => {
  const given = parseWords(words, searchOptions);
  const { target: name, goal, stage } = given;
  parseGoal(goal);
  const workload = workloadOf(given.workload, workloadChanges(given));
  const place = placeOf(given, given.name ?? `${folderName(name)}-${workload.name}`);
  const target = targetOf(name, place.url);
  const space = spaceOf(given, target);
  const search: Search = {
    target: name,
    defaults: { ...target.defaults, medium: space.medium[0] ?? target.defaults.medium },
    workload,
    goal,
    space,
    configurations: whole('configurations', given.configurations, 1, 10_000),
    finalists: whole('finalists', given.finalists, 1, 100),
    repeats: whole('repeats', given.repeats, 1, 1_000),
    eta: number('eta', given.eta, 1.5, 10),
    warmUpMs: seconds('warm-up', given['warm-up'], 0),
    durationMs: seconds('seconds', given.seconds, 0.5),
    retries: whole('retries', given.retries, 0, 10),
    seed: whole('seed', given.seed, 0),
    stage,
  };
  return { search, ...place, fresh: given.fresh, apply: given.apply };
};

const recordOptions = {
  log: { type: 'string' },
  metrics: { type: 'string' },
  key: { type: 'string' },
  seconds: { type: 'string', default: '60' },
  output: { type: 'string', default: path.join('bench-results', 'tune', 'recorded.json') },
} as const;

/** @throws WrongUsage naming the option */
export const parseRecord = (words: readonly string[]): RecordOptions => {
  const { log, metrics, key, seconds: length, output } = parseWords(words, recordOptions);
  const place = { output: path.resolve(output) };
  if (log !== undefined && metrics === undefined) return { ...place, from: { kind: 'log', file: path.resolve(log) } };
  if (metrics === undefined || log !== undefined) {
    throw new WrongUsage('say what to record: either --log FILE or --metrics URL');
  }
  const apiKey = key ?? (process.env.FI_API_KEY || undefined);
  return { ...place, from: { kind: 'metrics', url: metrics, apiKey, durationMs: seconds('seconds', length, 1) } };
};

const checkOptions = {
  results: placeOptions.results,
  folder: placeOptions.folder,
  rounds: { type: 'string', default: '5' },
  repeats: { type: 'string', default: '20' },
} as const;

/** @throws WrongUsage naming the option */
export const parseMediumCheck = (words: readonly string[]): MediumCheckOptions => {
  const { results, folder, rounds, repeats } = parseWords(words, checkOptions);
  return {
    storeFolder: path.resolve(folder),
    resultFolder: path.resolve(results),
    rounds: whole('rounds', rounds, 1, 100),
    repeats: whole('repeats', repeats, 1, 10_000),
  };
};

/** @throws WrongUsage naming the option */
export const parseFollowUp = (words: readonly string[]): FollowUpOptions => {
  const given = parseWords(words, followUpOptions);
  if (given.name === undefined)
    throw new WrongUsage('say of which search, with --name (its folder in bench-results/tune)');
  return {
    ...placeOf(given, given.name),
    repeats: given.repeats === undefined ? undefined : whole('repeats', given.repeats, 1, 1_000),
    durationMs: given.seconds === undefined ? undefined : seconds('seconds', given.seconds, 0.5),
  };
};
