import { readdirSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { StoreUnavailable } from '../../../shared/domain/errors.ts';
import { nodeStoreFiles } from '../../../shared/store/files.ts';
import { publish, removeStaleTemporaries } from '../../../shared/store/publish.ts';
import { SimulatedFiles } from '../../property/store/simulated-files.ts';
import { temporaryFolder } from './folders.ts';

const store = '/store';
const target = 'level0/a/part.h5';
const visible = `${store}/${target}`;
const bytes = Buffer.from('the whole part');

const publication = (temporaryName = 'part.h5') => ({ store, temporaryName, target, bytes });

const newFiles = (): SimulatedFiles => new SimulatedFiles(store);

/** The number of the first call that begins like this, in a publish to a new store. */
const callOf = async (beginning: string): Promise<number> => {
  const files = newFiles();
  await publish(files, publication());
  const call = files.calls.findIndex((made) => made.startsWith(beginning));
  if (call < 0) throw new Error(`publish makes no call of ${beginning}`);
  return call;
};

describe('publish', () => {
  it('writes and syncs a temporary, then links it, then syncs the folder, then removes the temporary', async () => {
    const files = newFiles();
    await publish(files, publication());
    const at = (call: string): number => files.calls.indexOf(call);
    const order = [
      at(`createExclusive ${store}/tmp/part.h5`),
      at(`link ${visible}`),
      at(`syncFolder ${store}/level0/a`),
      at(`unlink ${store}/tmp/part.h5`),
    ];
    expect(order).toEqual(order.toSorted((left, right) => left - right));
    expect(order).not.toContain(-1);
    expect([...files.filesBelow(store).keys()]).toEqual([visible]);
  });

  it('syncs every folder that has a new one in it before it resolves', async () => {
    const files = newFiles();
    await publish(files, publication());
    files.losePower();
    expect(files.filesBelow(store).get(visible)).toEqual(bytes);
  });

  it('makes a folder durable that a writer left unsynced when it crashed', async () => {
    const files = newFiles();
    files.fault = { call: (await callOf(`makeFolder ${store}/level0`)) + 1, kind: 'crash', code: '' };
    await expect(publish(files, publication('first.h5'))).rejects.toThrow();
    files.restart();
    await publish(files, publication('second.h5'));
    files.losePower();
    expect(files.filesBelow(store).get(visible)).toEqual(bytes);
  });

  it('succeeds when the same bytes are there already', async () => {
    const files = newFiles();
    await publish(files, publication());
    await publish(files, publication('again.h5'));
    expect([...files.filesBelow(store).keys()]).toEqual([visible]);
  });

  it('fails when other bytes are there already, and leaves them', async () => {
    const files = newFiles();
    const other = Buffer.from('another part');
    files.put(visible, other);
    await expect(publish(files, publication())).rejects.toThrow(StoreUnavailable);
    expect(files.filesBelow(store)).toEqual(new Map([[visible, other]]));
  });

  it('succeeds when link reports EPERM although it happened, as sshfs does', async () => {
    const files = newFiles();
    files.fault = { call: await callOf('link'), kind: 'error-after', code: 'EPERM' };
    await publish(files, publication());
    expect([...files.filesBelow(store).keys()]).toEqual([visible]);
  });

  it('fails when link reports EPERM and nothing is there', async () => {
    const files = newFiles();
    files.fault = { call: await callOf('link'), kind: 'error-before', code: 'EPERM' };
    await expect(publish(files, publication())).rejects.toThrow('EPERM');
    expect(files.filesBelow(store).size).toBe(0);
  });

  it.each([
    ['createExclusive', 'ENOSPC'],
    ['createExclusive', 'EIO'],
    ['createExclusive', 'EDQUOT'],
    ['makeFolder', 'EROFS'],
    ['link', 'ENOSPC'],
  ])('makes of %s failing with %s a StoreUnavailable that says so, and leaves no temporary', async (verb, code) => {
    const files = newFiles();
    files.fault = { call: await callOf(verb), kind: 'error-before', code };
    const failed = publish(files, publication());
    await expect(failed).rejects.toThrow(StoreUnavailable);
    await expect(failed).rejects.toThrow(code);
    expect(files.filesBelow(store).size).toBe(0);
  });

  it('is not confirmed when the folder could not be synced, and a retry is safe', async () => {
    const files = newFiles();
    files.fault = { call: await callOf(`syncFolder ${store}/level0/a`), kind: 'error-before', code: 'EIO' };
    await expect(publish(files, publication())).rejects.toThrow(StoreUnavailable);
    files.restart();
    await publish(files, publication('again.h5'));
    files.losePower();
    expect(files.filesBelow(store).get(visible)).toEqual(bytes);
  });

  it('survives that the temporary cannot be removed', async () => {
    const files = newFiles();
    files.fault = { call: await callOf('unlink'), kind: 'error-before', code: 'EACCES' };
    await publish(files, publication());
    expect(files.filesBelow(store).get(visible)).toEqual(bytes);
  });
});

const openDescriptors = (): number => readdirSync('/proc/self/fd').length;

describe('on the real file system', () => {
  it('publishes, and failing leaves neither a temporary nor a descriptor', async () => {
    const folder = temporaryFolder();
    await publish(nodeStoreFiles, { ...publication(), store: folder });
    expect(await readFile(path.join(folder, target))).toEqual(bytes);
    await writeFile(path.join(folder, 'level0', 'blocked'), 'a file where a folder is wanted');
    const before = openDescriptors();
    for (let attempt = 0; attempt < 20; attempt++) {
      const blocked = {
        store: folder,
        temporaryName: `blocked-${attempt}.h5`,
        target: 'level0/blocked/part.h5',
        bytes,
      };
      await expect(publish(nodeStoreFiles, blocked)).rejects.toThrow(StoreUnavailable);
      const taken = { store: folder, temporaryName: `taken-${attempt}.h5`, target, bytes: Buffer.from('other bytes') };
      await expect(publish(nodeStoreFiles, taken)).rejects.toThrow(StoreUnavailable);
    }
    expect(openDescriptors()).toBeLessThanOrEqual(before);
    expect(readdirSync(path.join(folder, 'tmp'))).toEqual([]);
    expect(await readFile(path.join(folder, target))).toEqual(bytes);
  });

  it('createExclusive closes its descriptor when the name is taken', async () => {
    const folder = temporaryFolder();
    await mkdir(path.join(folder, 'tmp'));
    const file = path.join(folder, 'tmp', 'taken');
    await nodeStoreFiles.createExclusive(file, bytes);
    const before = openDescriptors();
    for (let attempt = 0; attempt < 20; attempt++) {
      await expect(nodeStoreFiles.createExclusive(file, bytes)).rejects.toThrow('EEXIST');
    }
    expect(openDescriptors()).toBeLessThanOrEqual(before);
  });
});

describe('removeStaleTemporaries', () => {
  const hourMs = 3_600_000;

  it("removes those older than a day by the share's clock, and keeps living ones", async () => {
    const files = newFiles();
    await files.makeFolder(`${store}/tmp`);
    files.put(`${store}/tmp/dead.h5`, bytes);
    files.nowMs += 2 * hourMs;
    files.put(`${store}/tmp/alive.h5`, bytes);
    files.nowMs += 23 * hourMs;
    await removeStaleTemporaries(files, store, 'clock');
    expect([...files.filesBelow(store).keys()]).toEqual([`${store}/tmp/alive.h5`]);
  });

  it('never throws, whatever call fails, and removes no living one', async () => {
    for (let call = 0; call < 12; call++) {
      for (const kind of ['error-before', 'error-after', 'crash'] as const) {
        const files = newFiles();
        await files.makeFolder(`${store}/tmp`);
        files.put(`${store}/tmp/alive.h5`, bytes);
        files.restart();
        files.fault = { call, kind, code: 'EIO' };
        await removeStaleTemporaries(files, store, 'clock');
        expect(files.filesBelow(store).has(`${store}/tmp/alive.h5`)).toBe(true);
      }
    }
  });
});
