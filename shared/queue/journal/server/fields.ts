import { limits } from '../../../domain/limits.ts';
import { invalidParameter, missingParameter, SqsError } from './errors.ts';

/** A JSON object of a request, whose members nobody has looked at yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** A whole number with its bounds, both allowed. */
export interface Range {
  readonly least: number;
  readonly most: number;
}

/** SQS's ranges (SQS API reference). */
export const ranges = {
  delaySeconds: { least: 0, most: 900 },
  maximumMessageBytes: { least: 1_024, most: limits.messageBytes },
  maxNumberOfMessages: { least: 1, most: 10 },
  maxReceiveCount: { least: 1, most: 1_000 },
  messageRetentionSeconds: { least: 60, most: 1_209_600 },
  messagesPerSecond: { least: 1, most: 500 },
  moveTasks: { least: 1, most: 10 },
  queues: { least: 1, most: 1_000 },
  visibilityTimeoutSeconds: { least: 0, most: 43_200 },
  waitTimeSeconds: { least: 0, most: 20 },
} as const satisfies Record<string, Range>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A string, or undefined when the member is absent. @throws SqsError for anything else. */
export const optionalText = (fields: Fields, name: string): string | undefined => {
  const value = fields[name] ?? undefined;
  if (value !== undefined && typeof value !== 'string') throw invalidParameter(name, value, 'Must be a string.');
  return value;
};

/** A string that isn't empty. @throws SqsError otherwise. */
export const requiredText = (fields: Fields, name: string): string => {
  const value = optionalText(fields, name);
  if (value === undefined || value === '') throw missingParameter(name);
  return value;
};

/** A whole number in its range, or undefined when the member is absent. @throws SqsError otherwise. */
export const optionalWhole = (fields: Fields, name: string, { least, most }: Range): number | undefined => {
  const value = fields[name] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
    throw invalidParameter(name, value, `Must be between ${least} and ${most}, if provided.`);
  }
  return value;
};

export const requiredWhole = (fields: Fields, name: string, range: Range): number => {
  const value = optionalWhole(fields, name, range);
  if (value === undefined) throw missingParameter(name);
  return value;
};

/** A list of strings; empty when the member is absent. @throws SqsError for anything else. */
export const textList = (fields: Fields, name: string): readonly string[] => {
  const value = fields[name] ?? [];
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) {
    throw invalidParameter(name, value, 'Must be a list of strings.');
  }
  return value;
};

/** An object whose members are strings; empty when the member is absent. @throws SqsError for anything else. */
export const textRecord = (fields: Fields, name: string): Readonly<Record<string, string>> => {
  const value = fields[name] ?? {};
  if (!isFields(value)) throw invalidParameter(name, value, 'Must be a map of strings.');
  const record: Record<string, string> = {};
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') throw invalidParameter(`${name}.${key}`, text, 'Must be a string.');
    record[key] = text;
  }
  return record;
};

/** Refuses parameters that would change what the call means if they were left out of account. */
export const refuse = (fields: Fields, names: readonly string[], what: string): void => {
  const present = names.find((name) => fields[name] !== undefined && fields[name] !== null);
  if (present !== undefined) {
    throw new SqsError('UnsupportedOperation', `The embedded queue does not support ${what} (parameter ${present}).`);
  }
};
