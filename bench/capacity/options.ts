import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Demand } from './roadmap/demand.ts';

/** What `fi capacity` is asked. */
export interface CapacityOptions {
  readonly demand: Demand;
  /** A calibration that was measured before; undefined: the one that comes along. */
  readonly calibrationFile: string | undefined;
  /** Measures a calibration anew and writes it there. */
  readonly calibrateTo: string | undefined;
  readonly validate: boolean;
  readonly repeats: number;
  readonly quick: boolean;
  readonly json: boolean;
  /** Where a report is written, with plots; undefined: nowhere. */
  readonly htmlFile: string | undefined;
  /** Where stores and queues are made while something is measured. */
  readonly folder: string;
  readonly seed: number;
}

/** Values of a command line by their names, without the dashes. */
export type Words = Readonly<Record<string, string | boolean | undefined>>;

/** An option has a value that it cannot have; the message names it. */
export class WrongOption extends Error {
  override readonly name = 'WrongOption';
}

const text = (words: Words, name: string): string | undefined => {
  const value = words[name];
  return typeof value === 'string' ? value : undefined;
};

const numberOf = (words: Words, name: string, least: number, most: number): number => {
  const given = text(words, name) ?? '';
  const value = Number(given);
  if (given.trim() === '' || !(value >= least && value <= most)) {
    throw new WrongOption(`--${name} must be a number from ${least} to ${most}, not ${JSON.stringify(given)}`);
  }
  return value;
};

const wholeOf = (words: Words, name: string, least: number, most: number): number => {
  const value = numberOf(words, name, least, most);
  if (!Number.isInteger(value)) throw new WrongOption(`--${name} must be a whole number, not ${value}`);
  return value;
};

const fileOf = (words: Words, name: string): string | undefined => {
  const given = text(words, name);
  return given === undefined ? undefined : path.resolve(given);
};

/** @throws WrongOption */
export const readCapacityOptions = (words: Words): CapacityOptions => ({
  demand: {
    sessionsADay: numberOf(words, 'sessions-a-day', 1, 1e9),
    eventsASession: numberOf(words, 'events-a-session', 1, 1e6),
    peakFactor: numberOf(words, 'peak-factor', 1, 1_000),
    hoursADay: numberOf(words, 'hours-a-day', 0.1, 24),
  },
  calibrationFile: fileOf(words, 'calibration'),
  calibrateTo: fileOf(words, 'calibrate'),
  validate: words.validate === true,
  repeats: wholeOf(words, 'repeats', 1, 100),
  quick: words.quick === true,
  json: words.json === true,
  htmlFile: fileOf(words, 'html'),
  folder: path.resolve(text(words, 'folder') ?? tmpdir()),
  seed: wholeOf(words, 'seed', 0, 2 ** 31 - 1),
});
