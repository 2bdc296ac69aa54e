import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { StoreUnavailable } from '../../../shared/domain/errors.ts';
import { nodeStoreFiles } from '../../../shared/store/files.ts';
import { publishStream } from '../../../shared/store/publish-stream.ts';
import { SimulatedFiles } from '../../property/store/simulated-files.ts';
import { temporaryFolder } from './folders.ts';

const store = '/store';
const target = 'log/index/one.run';
const visible = `${store}/${target}`;
const texts = ['the first piece, ', 'the second, ', 'the third'];
const whole = Buffer.from(texts.join(''));

async function* pieces(): AsyncGenerator<Buffer> {
  for (const text of texts) yield Buffer.from(text);
}

const publication = (temporaryName = 'one.run') => ({ store, temporaryName, target, pieces: pieces() });

const callOf = async (beginning: string): Promise<number> => {
  const files = new SimulatedFiles(store);
  await publishStream(files, publication());
  return files.calls.findIndex((made) => made.startsWith(beginning));
};

describe('publishStream', () => {
  it('syncs the whole temporary before it links it, then syncs the folder, then removes the temporary', async () => {
    const files = new SimulatedFiles(store);
    await publishStream(files, publication());
    expect(files.calls.slice(-8)).toEqual([
      `createExclusiveFrom ${store}/tmp/one.run`,
      ...texts.map(() => `append ${store}/tmp/one.run`),
      `sync ${store}/tmp/one.run`,
      `link ${visible}`,
      `syncFolder ${store}/log/index`,
      `unlink ${store}/tmp/one.run`,
    ]);
    files.losePower();
    expect(files.filesBelow(store)).toEqual(new Map([[visible, whole]]));
  });

  it.each(['EPERM', 'EEXIST', 'EIO'])('succeeds when link reports %s although it happened', async (code) => {
    const files = new SimulatedFiles(store);
    files.fault = { call: await callOf('link'), kind: 'error-after', code };
    await publishStream(files, publication());
    expect([...files.filesBelow(store).keys()]).toEqual([visible]);
    expect(files.openFiles).toBe(0);
  });

  it('succeeds when the same bytes are there already, and fails when others are', async () => {
    const files = new SimulatedFiles(store);
    files.put(visible, whole);
    await publishStream(files, publication());
    for (const other of [whole.subarray(1), Buffer.concat([whole, whole])]) {
      files.put(visible, other);
      await expect(publishStream(files, publication())).rejects.toThrow(StoreUnavailable);
      expect(files.filesBelow(store)).toEqual(new Map([[visible, other]]));
    }
    expect(files.openFiles).toBe(0);
  });

  it.each(['createExclusiveFrom', 'append', 'sync', 'link', `syncFolder ${store}/log/index`])(
    'makes of a failing %s a StoreUnavailable that says why, and leaves no temporary',
    async (call) => {
      const files = new SimulatedFiles(store);
      files.fault = { call: await callOf(call), kind: 'error-before', code: 'ENOSPC' };
      const failed = publishStream(files, publication());
      await expect(failed).rejects.toThrow(StoreUnavailable);
      await expect(failed).rejects.toThrow('ENOSPC');
      expect(files.filesBelow(`${store}/tmp`).size).toBe(0);
    },
  );

  it('throws on what the pieces throw, shows nothing and leaves no descriptor', async () => {
    const folder = temporaryFolder();
    const broken = async function* (): AsyncGenerator<Buffer> {
      yield Buffer.from('a beginning');
      throw new RangeError('and no end');
    };
    await publishStream(nodeStoreFiles, { ...publication(), store: folder });
    const before = readdirSync('/proc/self/fd').length;
    for (let attempt = 0; attempt < 20; attempt++) {
      const unfinished = { store: folder, temporaryName: 'x', target: 'log/index/two.run', pieces: broken() };
      await expect(publishStream(nodeStoreFiles, unfinished)).rejects.toThrow(RangeError);
    }
    expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before);
    expect(readdirSync(path.join(folder, 'tmp'))).toEqual([]);
    expect(readdirSync(path.join(folder, 'log/index'))).toEqual(['one.run']);
    expect(await readFile(path.join(folder, target))).toEqual(whole);
  });
});
