import { loadConfig } from '../../shared/config.ts';
import { InvalidSetting } from '../../shared/domain/errors.ts';
import { WrongUsage } from '../run/run-options.ts';
import { type Configuration, defaultConfiguration, type Space, settingsOf } from './configuration.ts';
import { isMedium, mediumNames } from './media/media.ts';

/** Values as the command line has them, with commas between them; an axis without any stays as the target has it. */
export type GivenAxes = { readonly [Axis in keyof Space]?: string | undefined };

const wordsOf = (text: string): readonly string[] =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');

/** @throws WrongUsage unless the product takes a value as its setting */
const requireSetting = (axis: keyof Configuration, value: string | number): void => {
  try {
    loadConfig(settingsOf({ ...defaultConfiguration(), [axis]: value }));
  } catch (error) {
    if (!(error instanceof InvalidSetting)) throw error;
    throw new WrongUsage(error.message, { cause: error });
  }
};

const numbers = (axis: keyof Configuration, text: string | undefined, all: readonly number[]): readonly number[] => {
  if (text === undefined) return all;
  return wordsOf(text)
    .map((word) => {
      requireSetting(axis, word);
      return Number(word);
    })
    .sort((left, right) => left - right);
};

const compressions = (text: string | undefined, all: readonly string[]): readonly string[] => {
  if (text === undefined) return all;
  const words = wordsOf(text);
  for (const word of words) requireSetting('compression', word);
  return words;
};

const media = (text: string | undefined, all: readonly string[]): readonly string[] => {
  if (text === undefined) return all;
  const words = wordsOf(text);
  const unknown = words.find((word) => word !== 'device' && !isMedium(word));
  if (unknown === undefined) return words;
  throw new WrongUsage(`--media: there is no ${unknown}; there are device, ${mediumNames.join(', ')}`);
};

/** A space with the values that were asked for. @throws WrongUsage when the product would not take one */
export const narrowed = (space: Space, given: GivenAxes): Space => {
  const chosen: Space = {
    batchSize: numbers('batchSize', given.batchSize, space.batchSize),
    windowMs: numbers('windowMs', given.windowMs, space.windowMs),
    concurrency: numbers('concurrency', given.concurrency, space.concurrency),
    packBytes: numbers('packBytes', given.packBytes, space.packBytes),
    compression: compressions(given.compression, space.compression),
    medium: media(given.medium, space.medium),
  };
  const empty = Object.entries(chosen).find(([, values]) => values.length === 0);
  if (empty !== undefined) throw new WrongUsage(`${empty[0]}: give at least one value`);
  return chosen;
};
