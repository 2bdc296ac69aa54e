import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { announcement } from '../../../localstack/emulators/announce.ts';
import { localstack } from '../../../localstack/emulators/localstack.ts';
import { ministack } from '../../../localstack/emulators/ministack.ts';

const usual = {
  emulator: localstack,
  url: 'http://127.0.0.1:4566/_aws/execute-api/abc/local',
  endpoint: 'http://127.0.0.1:4566',
  storeDir: '/src/fi-events/data/localstack/store',
  needsKey: false,
  logFile: '/src/fi-events/.localstack/localstack/localstack.log',
  options: { sameEmulator: [] },
  workingFolder: '/src/fi-events',
};

test('says where it is, where the files are, what dies with it and how to stop it', () => {
  const text = announcement(usual);
  expect(text).toContain('takes events at http://127.0.0.1:4566/_aws/execute-api/abc/local ');
  expect(text).toContain('HDF5 parts in ./data/localstack/store');
  expect(text).toContain("LocalStack's queue is in memory");
  expect(text).toContain('npm run localstack:down');
  expect(announcement({ ...usual, emulator: ministack })).toContain('MiniStack writes its queue to disk');
});

test('a shell takes the curl line as it stands, and its body is an event', () => {
  const line = announcement(usual)
    .split('\n')
    .find((each) => each.startsWith('Try:'));
  const script = `curl() { printf '%s\\0' "$@"; }; ${line?.replace('Try:', '')}`;
  const words = execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0');
  expect(words[0]).toBe(`${usual.url}/consultations/first/events`);
  expect(JSON.parse(words[words.indexOf('-d') + 1] ?? '')).toMatchObject({
    event_type: expect.any(String),
    payload: {},
  });
});

test('with keys there is a place for one, and another state folder is named in every command', () => {
  const text = announcement({ ...usual, needsKey: true, options: { sameEmulator: ['--state', '/tmp/my state'] } });
  expect(text).toContain("-H 'authorization: Bearer <key>'");
  expect(text).toContain("npm run localstack:down -- --state '/tmp/my state'");
});
