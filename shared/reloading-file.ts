import { readFileSync, statSync } from 'node:fs';
import type { Logger } from './telemetry/log.ts';

/** A file of settings that may be replaced while the process runs. */
export interface ReloadingFile<Value> {
  /** The newest good content. Looks at the file at most once an interval, when it is asked. */
  readonly current: () => Value;
}

export interface ReloadingFileOptions<Value> {
  readonly path: string;
  /** @throws when the text is wrong; its message says where. */
  readonly parse: (text: string) => Value;
  /** The value while there was never a file; without it a missing file stops the start. */
  readonly missing?: Value;
  readonly monotonicMs: () => number;
  readonly logger: Logger;
  /** Default 1,000: a change is seen within a second, and a look costs a few microseconds. */
  readonly intervalMs?: number;
}

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';

/**
 * Reads the file now, and again when it changed. A new version that is wrong or has vanished is logged, and the last
 * good one stays: neither a typing error nor a moment without the file may open what was closed.
 * @throws what `parse` throws, when the first version is wrong.
 */
export const openReloadingFile = <Value>(options: ReloadingFileOptions<Value>): ReloadingFile<Value> => {
  const { path, parse, missing, monotonicMs, logger, intervalMs = 1_000 } = options;

  /** Differs whenever the file was written or replaced; empty while there is none. */
  const version = (): string => {
    const found = statSync(path, { bigint: true, throwIfNoEntry: false });
    return found === undefined ? '' : `${found.dev}:${found.ino}:${found.size}:${found.mtimeNs}`;
  };
  const read = (): Value => parse(readFileSync(path, 'utf8'));

  const first = (): Value => {
    try {
      return read();
    } catch (error) {
      if (missing !== undefined && isMissing(error)) return missing;
      throw error;
    }
  };

  // The version is taken before the content: a change in between is read once more, never missed.
  let seen = version();
  let value = first();
  let lookedAtMs = monotonicMs();

  const look = (): void => {
    try {
      const now = version();
      if (now === seen) return;
      seen = now;
      value = read();
      logger.info('settings file read again', { path });
    } catch (error) {
      logger.error('settings file is wrong: the last good version stays in force', { path, error });
    }
  };

  return {
    current: () => {
      const now = monotonicMs();
      if (now - lookedAtMs >= intervalMs) {
        lookedAtMs = now;
        look();
      }
      return value;
    },
  };
};
