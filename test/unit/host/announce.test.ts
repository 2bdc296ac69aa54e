import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'vitest';
import { announcement } from '../../../localstack/host/announce.ts';

const workingFolder = path.resolve('/somewhere/fi-events');
const usual = {
  url: 'http://127.0.0.1:7001',
  storeDir: path.join(workingFolder, 'data/store'),
  queue: { folder: path.join(workingFolder, 'data/queue') },
  needsKey: false,
  workingFolder,
};

test('three lines: where it is, what to try, where the files are', () => {
  const lines = announcement(usual).trimEnd().split('\n');
  expect(lines).toHaveLength(3);
  expect(lines[0]).toContain('http://127.0.0.1:7001');
  expect(lines[1]).toContain('curl http://127.0.0.1:7001/consultations/first/events');
  expect(lines[2]).toContain('HDF5 parts in ./data/store, queue in ./data/queue');
});

test('a shell takes the curl line as it stands, and its body is an event', () => {
  const line = announcement(usual).split('\n')[1] ?? '';
  const script = `curl() { printf '%s\\0' "$@"; }; ${line.replace('Try:', '')}`;
  const words = execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0');
  expect(JSON.parse(words[words.indexOf('-d') + 1] ?? '')).toMatchObject({
    event_type: expect.any(String),
    payload: {},
  });
});

test('with keys, the curl line has a place for one', () => {
  expect(announcement({ ...usual, needsKey: true })).toContain("-H 'authorization: Bearer <key>'");
});

test('folders elsewhere are shown whole and quoted, a queue elsewhere by its URL', () => {
  const text = announcement({ ...usual, storeDir: '/mnt/my nas/store', queue: { url: 'https://sqs.example/1/q' } });
  expect(text).toContain("HDF5 parts in '/mnt/my nas/store', queue in https://sqs.example/1/q;");
});
