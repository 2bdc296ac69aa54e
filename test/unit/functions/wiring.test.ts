import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../shared/config.ts';
import { InvalidSetting } from '../../../shared/domain/errors.ts';
import type { Queue } from '../../../shared/queue/port.ts';
import { silentLogger } from '../../../shared/telemetry/log.ts';
import { createWiring, type Overrides } from '../../../shared/wiring.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'fi-wiring-'));
afterAll(() => rmSync(folder, { recursive: true }));

const queueNamed = (name: string): Queue => ({
  name,
  sendBatch: async () => [],
  receive: async () => [],
  deleteBatch: async () => [],
  changeVisibility: async () => [],
  depth: async () => ({ visible: 0, inFlight: 0, delayed: 0 }),
  close: async () => {},
});

const wire = (settings: Readonly<Record<string, string>> = {}, overrides: Overrides = {}) =>
  createWiring(
    loadConfig({ FI_STORE_DIR: path.join(folder, 'store'), FI_KEYS_FILE: path.join(folder, 'keys.json'), ...settings }),
    { logger: silentLogger, ...overrides },
  );

const policyFile = (text: string): string => {
  const file = path.join(folder, 'policy.json');
  writeFileSync(file, text);
  return file;
};

describe('the wiring', () => {
  it("takes a host's own queue, and makes each part once", async () => {
    const queue = queueNamed('mine');
    const wiring = wire({}, { queue });
    expect(wiring.health().queue).toBe(queue);
    expect(wiring.enqueue()).toBe(wiring.enqueue());
    expect(await wiring.ingest()).toBe(await wiring.ingest());
    expect((await wiring.ingest()).backpressure).toBe(wiring.backpressure());
  });

  it('speaks SQS to the queues of the settings', async () => {
    const wiring = wire({
      FI_QUEUE_URL: 'http://127.0.0.1:9/000000000000/events-of-mine',
      FI_DEAD_LETTER_QUEUE_URL: 'http://127.0.0.1:9/000000000000/dead',
    });
    expect(wiring.health().queue).toMatchObject({ name: 'events-of-mine' });
    expect((await wiring.persist()).deadLetters).toMatchObject({ name: 'dead' });
  });

  it('without a queue says which setting is missing', () => {
    expect(() => wire().health()).toThrow(InvalidSetting);
    expect(() => wire().health()).toThrow('FI_QUEUE_URL');
  });

  it('gives PERSIST the compression of the policy file', async () => {
    const file = policyFile('{"version":1,"rules":[],"default":{"segment":"all","compression":"gzip-7"}}');
    const persist = await wire({ FI_POLICY_FILE: file }, { deadLetterQueue: queueNamed('dead') }).persist();
    expect([persist.compressionOf('all'), persist.compressionOf('other'), persist.fallbackCompression]).toEqual([
      'gzip-7',
      undefined,
      'gzip-1',
    ]);
  });

  it('stops at a policy file that is missing or wrong', () => {
    expect(() => wire({ FI_POLICY_FILE: path.join(folder, 'nowhere.json') }).policy()).toThrow('FI_POLICY_FILE');
    expect(() => wire({ FI_POLICY_FILE: policyFile('{"version":1}') }).policy()).toThrow(InvalidSetting);
  });

  it('answers metrics of its own process where a host brings none', async () => {
    const text = await wire({}, { queue: queueNamed('q') })
      .metrics()
      .metricsText();
    expect(text).toContain('# TYPE fi_ingest_latency_ms histogram');
    expect(
      await wire({}, { metricsText: async () => 'merged' })
        .metrics()
        .metricsText(),
    ).toBe('merged');
  });
});
