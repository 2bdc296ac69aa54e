import type { Config } from '../../../shared/config.ts';
import { limits } from '../../../shared/domain/limits.ts';
import { type ApiClient, createApiClient } from '../api-client.ts';
import { countOption, type OptionSpec, type OptionValues, textOption, WrongUsage } from '../command.ts';

/** Where the API is. */
export const connectionOptions = {
  url: { type: 'string', placeholder: 'URL', help: 'Of the API; FI_API_URL when absent.' },
  key: { type: 'string', placeholder: 'KEY', help: 'An API key that may replay; FI_API_KEY when absent.' },
} as const satisfies Record<string, OptionSpec>;

/** Which letters. */
export const filterOptions = {
  reason: { type: 'string', short: 'r', placeholder: 'REASON', help: 'Only with this reason, e.g. conflict.' },
  consultation: { type: 'string', short: 'c', placeholder: 'ID', help: 'Only of this consultation.' },
  event: { type: 'string', short: 'e', placeholder: 'ID', help: 'Only of this event.' },
  'older-than': { type: 'string', placeholder: 'AGE', help: 'In quarantine for longer, e.g. 36h; or a time.' },
  'newer-than': { type: 'string', placeholder: 'AGE', help: 'In quarantine for less, e.g. 15m; or a time.' },
} as const satisfies Record<string, OptionSpec>;

/** How much, how fast, and whether at all. */
export const actOptions = {
  all: { type: 'boolean', help: 'Every open letter; needed where neither letters nor a filter is given.' },
  limit: { type: 'string', short: 'n', placeholder: 'COUNT', help: 'So many letters at most.' },
  rate: { type: 'string', placeholder: 'COUNT', help: 'So many letters a second at most.' },
  'dry-run': { type: 'boolean', help: 'Change nothing and say what would be done.' },
  json: { type: 'boolean', help: 'One JSON object a line.' },
} as const satisfies Record<string, OptionSpec>;

/** @throws InvalidSetting */
export const clientOf = (options: OptionValues, config: Config): ApiClient =>
  createApiClient({
    url: textOption(options, 'url') ?? config.apiUrl,
    key: textOption(options, 'key') ?? config.apiKey,
  });

const filterNames = {
  reason: 'reason',
  consultation: 'consultation',
  event: 'event_id',
  'older-than': 'older_than',
  'newer-than': 'newer_than',
} as const satisfies Record<keyof typeof filterOptions, string>;

/** The filter in the API's words. */
export const filterOf = (options: OptionValues): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(filterNames).flatMap(([option, member]) => {
      const value = textOption(options, option);
      return value === undefined ? [] : [[member, value]];
    }),
  );

/** A whole number of at least 1; undefined when it was not given. @throws WrongUsage naming the option */
export const positiveOption = (options: OptionValues, name: string): number | undefined => {
  if (textOption(options, name) === undefined) return undefined;
  const count = countOption(options, name);
  if (count === 0) throw new WrongUsage(`--${name} must be at least 1`);
  return count;
};

/** Most letters of one call. */
export const lettersPerCall = limits.pageLetters;
