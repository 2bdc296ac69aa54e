import { expect, test } from 'vitest';
import { loadConfig, settings } from '../../../shared/config.ts';
import { InvalidSetting } from '../../../shared/domain/errors.ts';

const problemsOf = (environment: Record<string, string>): readonly string[] => {
  try {
    loadConfig(environment);
    return [];
  } catch (error) {
    if (error instanceof InvalidSetting) return error.problems;
    throw error;
  }
};

test('without an environment every setting has its default', () => {
  const config = loadConfig({});
  expect(config.httpHost).toBe('127.0.0.1');
  expect(config.httpPort).toBe(7001);
  expect(config.queueUrl).toBeUndefined();
  expect(config.compression).toBe('gzip-1');
});

test('every default is a value that its own setting allows', () => {
  for (const { fallback, parse } of Object.values(settings)) {
    if (fallback !== undefined) expect(() => parse(fallback)).not.toThrow();
  }
});

test.each([
  [{ FI_HTTP_PORT: '70000' }, 'FI_HTTP_PORT=70000'],
  [{ FI_HTTP_PORT: '7e3' }, 'FI_HTTP_PORT=7e3'],
  [{ FI_COMPRESSION: 'gzip-0' }, 'FI_COMPRESSION=gzip-0'],
  [{ FI_LOG_LEVEL: 'loud' }, 'FI_LOG_LEVEL=loud'],
  [{ FI_XXH3: 'yes' }, 'FI_XXH3=yes'],
  [{ FI_PACK_BYTES: '1048577' }, 'FI_PACK_BYTES=1048577'],
  [{ FI_QUEUE_URL: 'ftp://queue', FI_DEAD_LETTER_QUEUE_URL: 'http://dead' }, 'FI_QUEUE_URL=ftp://queue'],
  [{ FI_QUEUE_URL: 'http://queue/1/q' }, 'FI_DEAD_LETTER_QUEUE_URL is required'],
  [{ FI_LOG_ORIGIN: 'our log' }, 'FI_LOG_ORIGIN=our log'],
  [
    { FI_STORE_DIR: '/s', FI_SIGNING_KEY_FILE: '/s/log/key' },
    'FI_SIGNING_KEY_FILE=/s/log/key: must not be in FI_STORE_DIR',
  ],
  [{ FI_STORE_DIR: '/s', FI_CHECKPOINT_DIR: '/s' }, 'FI_CHECKPOINT_DIR=/s: must not be in FI_STORE_DIR'],
  [{ FI_ENCRYPTION: 'on' }, 'FI_ENCRYPTION=on'],
  [{ FI_STORE_DIR: '/s', FI_KEY_STORE_DIR: '/s/keys' }, 'FI_KEY_STORE_DIR=/s/keys: must not be in FI_STORE_DIR'],
  [{ FI_STORE_DIR: '/s', FI_MASTER_KEY_FILE: '/s/key' }, 'FI_MASTER_KEY_FILE=/s/key: must not be in FI_STORE_DIR'],
  [
    { FI_KEY_STORE_DIR: '/k', FI_MASTER_KEY_FILE: '/k/key' },
    'FI_MASTER_KEY_FILE=/k/key: must not be in FI_KEY_STORE_DIR',
  ],
  [{ FI_STORE_DRI: '/x' }, 'FI_STORE_DRI is not a setting; did you mean FI_STORE_DIR?'],
])('%j stops the start with a line that names it', (environment, named) => {
  const problems = problemsOf(environment);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(named);
});

test('a folder beside the store whose name begins like it is not in it', () => {
  expect(problemsOf({ FI_STORE_DIR: '/s', FI_CHECKPOINT_DIR: '/s-checkpoints', FI_SIGNING_KEY_FILE: '/..s' })).toEqual(
    [],
  );
});

test('all problems are told at once, and what is not ours is left alone', () => {
  expect(problemsOf({ FI_HTTP_PORT: 'x', FI_BATCH_SIZE: '0', PATH: '/bin', FI_TEST_SEED: '1' })).toHaveLength(2);
});

test('an empty value counts as none', () => {
  expect(loadConfig({ FI_HTTP_PORT: '', FI_POLICY_FILE: '' }).httpPort).toBe(7001);
});
