import { loadConfig } from '../../../shared/config.ts';
import type { NodeSettings } from './configuration.ts';

/** One host with the settings that `npm start` has when nobody says otherwise. */
export const usualSettings = (): NodeSettings => {
  const config = loadConfig({});
  return {
    hosts: 1,
    workers: config.persistConcurrency,
    batchMessages: config.batchSize,
    batchWindowMs: config.batchWindowMs,
    packBytes: config.packBytes,
    sealAgeMs: config.sealAgeMs,
    sealParts: config.sealParts,
  };
};
