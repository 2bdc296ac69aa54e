import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import {
  type Configuration,
  lambdaDefaults,
  lambdaSpace,
  parametersOf,
  type Space,
  settingsOf,
} from '../configuration.ts';
import type { Target } from './target.ts';

/** What a deployment that runs elsewhere needs beside its URL. */
export interface UrlOptions {
  /** Its API key must allow to write, to read, and to see the metrics. */
  readonly apiKey?: string | undefined;
  /** A command that gives it a configuration; without one it is measured as it is. */
  readonly configure?: string | undefined;
}

/** Without a command to change it there is nothing to vary. */
const asItIs: Space = {
  batchSize: [lambdaDefaults().batchSize],
  windowMs: [lambdaDefaults().windowMs],
  concurrency: [lambdaDefaults().concurrency],
  packBytes: [lambdaDefaults().packBytes],
  compression: [lambdaDefaults().compression],
  medium: ['device'],
};

/** The command finds the configuration in its environment: as settings, and as `--param` words for `sls deploy`. */
const configure = async (command: string, configuration: Configuration): Promise<void> => {
  const words = Object.entries(parametersOf(configuration)).map(([name, value]) => `--param ${name}=${value}`);
  await promisify(execFile)('/bin/sh', ['-c', command], {
    env: { ...process.env, ...settingsOf(configuration), TUNE_PARAMETERS: words.join(' ') },
  });
};

/** A deployment that runs elsewhere, and goes on afterwards: its store keeps the events of the trials. */
export const urlTarget = (url: string, { apiKey, configure: command }: UrlOptions): Target => ({
  name: url,
  space: command === undefined ? asItIs : lambdaSpace,
  defaults: lambdaDefaults(),
  isOnLambda: true,
  start: async (configuration) => {
    if (command !== undefined) await configure(command, configuration);
    return {
      baseUrl: url.replace(/\/+$/, ''),
      headers: apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` },
      storeDir: undefined,
      countsTogether: false,
      processorMs: () => undefined,
      consumerProcessorMs: () => undefined,
      stop: async () => {},
    };
  },
});
