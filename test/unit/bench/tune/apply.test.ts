import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { WrongUsage } from '../../../../bench/run/run-options.ts';
import { apply } from '../../../../bench/tune/apply/apply.ts';
import { editEnvironment } from '../../../../bench/tune/apply/edit-environment.ts';
import { editStage } from '../../../../bench/tune/apply/edit-stage.ts';
import { memoryOf, stageParameters } from '../../../../bench/tune/stage-parameters.ts';
import { loadConfig } from '../../../../shared/config.ts';
import { configuration } from './fixtures.ts';

const serverlessFile = new URL('../../../../serverless.yml', import.meta.url).pathname;
const original = readFileSync(serverlessFile, 'utf8');
const parameters = { batchSize: 123, batchWindowSeconds: 7, packBytes: 65_536, compression: 'gzip-6' };

/** The lines that differ. */
const changed = (edited: string): readonly string[] => {
  const before = original.split('\n');
  return edited.split('\n').filter((line) => !before.includes(line));
};

describe('writing a stage of serverless.yml', () => {
  it('changes the values that are there, adds the others, and leaves every other byte', () => {
    const edited = editStage(original, 'prod', parameters);
    expect(changed(edited).map((line) => line.trim())).toEqual([
      'batchSize: 123',
      'batchWindowSeconds: 7',
      'packBytes: 65536',
      'compression: gzip-6',
    ]);
    const folder = mkdtempSync(path.join(tmpdir(), 'fi-tune-apply-'));
    try {
      const file = path.join(folder, 'serverless.yml');
      writeFileSync(file, edited);
      expect(stageParameters(file, 'prod')).toMatchObject(parameters);
      expect(stageParameters(file, 'local')).toEqual(stageParameters(serverlessFile, 'local'));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('changes nothing when it is done again', () => {
    const once = editStage(original, 'local', parameters);
    expect(editStage(once, 'local', parameters)).toBe(once);
  });

  it('refuses a stage that is not there', () => {
    expect(() => editStage(original, 'staging', parameters)).toThrow(WrongUsage);
    expect(() => stageParameters(serverlessFile, 'staging')).toThrow(/has no stage staging; it has local, prod/);
  });
});

describe('writing the settings of npm start', () => {
  it('changes the lines that are there, adds the others, and keeps the rest', () => {
    expect(
      editEnvironment('# ours\nFI_HTTP_PORT=1\n FI_BATCH_SIZE = 3\n', { FI_BATCH_SIZE: '7', FI_COMPRESSION: 'none' }),
    ).toBe('# ours\nFI_HTTP_PORT=1\nFI_BATCH_SIZE=7\nFI_COMPRESSION=none\n');
    expect(editEnvironment('', { FI_BATCH_SIZE: '7' })).toBe('FI_BATCH_SIZE=7\n');
    expect(editEnvironment('A=1', { FI_BATCH_SIZE: '7' })).toBe('A=1\nFI_BATCH_SIZE=7\n');
  });

  it('writes settings that the product takes', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'fi-tune-apply-'));
    try {
      const copy = path.join(folder, 'serverless.yml');
      writeFileSync(copy, original);
      const environmentFile = path.join(folder, '.env');
      const tuned = configuration({ batchSize: 77, windowMs: 20, compression: 'gzip-4', medium: 'hdd' });
      const written = apply(tuned, { serverlessFile: copy, stage: 'prod', environmentFile });
      const lines = readFileSync(environmentFile, 'utf8').trimEnd().split('\n');
      const config = loadConfig(Object.fromEntries(lines.map((line) => line.split('='))));
      expect(config).toMatchObject({ batchSize: 77, batchWindowMs: 20, compression: 'gzip-4' });
      expect(written.join()).toContain('stage prod: batchSize=77 batchWindowSeconds=1');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

it('knows how much memory a stage gives its functions', () => {
  expect(memoryOf(serverlessFile, 'local')).toEqual({ httpMegabytes: 512, persistMegabytes: 1_024 });
});
