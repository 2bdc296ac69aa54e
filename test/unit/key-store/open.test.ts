import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { InvalidSetting } from '../../../shared/domain/errors.ts';
import type { ConsultationId } from '../../../shared/domain/ids.ts';
import { recordPath } from '../../../shared/key-store/names.ts';
import { openKeyStore, openOrMakeKeyStore } from '../../../shared/key-store/open.ts';
import { temporaryFolder } from '../store/folders.ts';

const consultation = 'consultation-1' as ConsultationId;

const placeIn = (folder: string, masterKey = 'master-key') => ({
  folder: path.join(folder, 'key-store'),
  masterKeyFile: path.join(folder, 'secrets', masterKey),
});

describe('a key store', () => {
  it('is made once with its master key, both for their owner alone, and found again', async () => {
    const place = placeIn(temporaryFolder());
    expect(await openKeyStore(place)).toBeUndefined();
    const made = await openOrMakeKeyStore(place);
    const key = await made.findOrMake(consultation);
    expect(key.kind).toBe('active');
    expect(await (await openKeyStore(place))?.find(consultation)).toEqual(key);
    expect(await (await openOrMakeKeyStore(place)).find(consultation)).toEqual(key);
    const record = path.join(place.folder, recordPath(consultation));
    for (const file of [place.masterKeyFile, record]) expect(statSync(file).mode & 0o077).toBe(0);
    expect(JSON.parse(readFileSync(path.join(place.folder, 'key-store.json'), 'utf8'))).toEqual({
      format: 'fi-events key store',
      version: 1,
      master_key_check: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  });

  it('is made by several at once with one key', async () => {
    const place = placeIn(temporaryFolder());
    const stores = await Promise.all(Array.from({ length: 4 }, () => openOrMakeKeyStore(place)));
    const keys = await Promise.all(stores.map((store) => store.findOrMake(consultation)));
    expect(new Set(keys.map((key) => JSON.stringify(key))).size).toBe(1);
  });

  it('is refused to a host that has another master key, or none', async () => {
    const folder = temporaryFolder();
    await openOrMakeKeyStore(placeIn(folder));
    await openOrMakeKeyStore({ ...placeIn(folder, 'other'), folder: path.join(folder, 'other-store') });
    await expect(openKeyStore(placeIn(folder, 'other'))).rejects.toThrow('copy that of the host that made it');
    await expect(openOrMakeKeyStore(placeIn(folder, 'other'))).rejects.toThrow(InvalidSetting);
    await expect(openOrMakeKeyStore(placeIn(folder, 'lost'))).rejects.toThrow('restore or copy it');
  });

  it('is refused when it has keys and no header, or when the master key is none', async () => {
    const place = placeIn(temporaryFolder());
    await (await openOrMakeKeyStore(place)).findOrMake(consultation);
    writeFileSync(`${place.masterKeyFile}.broken`, 'fi-events-master-key-1:short\n');
    const broken = { ...place, masterKeyFile: `${place.masterKeyFile}.broken` };
    await expect(openKeyStore(broken)).rejects.toThrow('is no master key');
    rmSync(path.join(place.folder, 'key-store.json'));
    await expect(openOrMakeKeyStore(place)).rejects.toThrow('restore the whole folder');
  });

  it('erases on a real disk', async () => {
    const place = placeIn(temporaryFolder());
    const store = await openOrMakeKeyStore(place);
    await store.findOrMake(consultation);
    const erasure = await store.erase(consultation, { erasedBy: 'ana', reason: 'asked to' });
    expect(await (await openKeyStore(place))?.find(consultation)).toEqual({ kind: 'erased', erasure });
    expect(readFileSync(store.fileOf(consultation), 'utf8')).not.toContain('wrapped_key');
  });
});
