import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { KeyMissing, KeyRecordDamaged, StoreUnavailable } from '../../../shared/domain/errors.ts';
import { keyLifeMs } from '../../../shared/key-store/key-cache.ts';
import { masterKeyOf } from '../../../shared/key-store/master-key.ts';
import { recordPath } from '../../../shared/key-store/names.ts';
import { renderRecord } from '../../../shared/key-store/record.ts';
import { failure } from './memory-key-files.ts';
import { createKeyRig, first, folder, second } from './rig.ts';

const why = { erasedBy: 'ana', reason: 'asked to' };
const fileOf = (consultation: typeof first): string => path.join(folder, recordPath(consultation));

describe('a key', () => {
  it('is made once, and every host finds the same', async () => {
    const rig = createKeyRig();
    const [one, other] = [rig.host(), rig.host()];
    expect(await other.find(first)).toEqual({ kind: 'absent' });
    const made = await one.findOrMake(first);
    expect(made.kind).toBe('active');
    expect(await other.findOrMake(first)).toEqual(made);
    expect(await other.findOrMake(second)).not.toEqual(made);
    expect(Object.keys(rig.files.texts())).toEqual([fileOf(first), fileOf(second)]);
  });

  it('is one when several hosts make it at once', async () => {
    const rig = createKeyRig();
    const hosts = Array.from({ length: 5 }, () => rig.host());
    const keys = await Promise.all(hosts.map((host) => host.findOrMake(first)));
    expect(new Set(keys.map((key) => JSON.stringify(key))).size).toBe(1);
    expect([...rig.files.names.keys()]).toEqual([fileOf(first)]);
  });

  it('is on disk, with its name, before it is given to anyone', async () => {
    const rig = createKeyRig();
    const calls: string[] = [];
    rig.files.after = (call, file) => calls.push(`${call} ${file}`);
    await rig.host().findOrMake(first);
    const shard = path.dirname(fileOf(first));
    expect(calls.indexOf(`sync ${shard}`)).toBeGreaterThan(calls.indexOf(`link ${fileOf(first)}`));
    // Who finds what another host made syncs its name, since the other may have crashed before it could.
    calls.length = 0;
    await rig.host().findOrMake(first);
    expect(calls).toContain(`sync ${shard}`);
  });

  it('is found although the answer to its link was lost', async () => {
    const rig = createKeyRig();
    rig.files.after = (call) => {
      if (call === 'link') throw failure('EPERM');
    };
    expect(await rig.host().findOrMake(first)).toMatchObject({ kind: 'active' });
  });

  it.each(['create', 'link', 'sync'])('is not given to anyone when %s fails', async (failing) => {
    const rig = createKeyRig();
    rig.files.before = (call) => {
      if (call === failing) throw failure('EIO');
    };
    await expect(rig.host().findOrMake(first)).rejects.toThrow(StoreUnavailable);
    rig.files.before = () => {};
    expect(await rig.host().findOrMake(first)).toMatchObject({ kind: 'active' });
  });

  it('is read again only after a while', async () => {
    const rig = createKeyRig();
    const host = rig.host();
    await host.findOrMake(first);
    let reads = 0;
    rig.files.before = (call) => {
      if (call === 'read') reads++;
    };
    await host.find(first);
    rig.pass(keyLifeMs - 1);
    await host.find(first);
    expect(reads).toBe(0);
    rig.pass(1);
    await host.find(first);
    expect(reads).toBe(1);
  });

  it('needs the master key it was wrapped with', async () => {
    const rig = createKeyRig();
    await rig.host().findOrMake(first);
    const stranger = rig.host(masterKeyOf(new Uint8Array(32).fill(6)));
    await expect(stranger.find(first)).rejects.toThrow(KeyMissing);
  });

  it('can not stand in for that of another consultation', async () => {
    const rig = createKeyRig();
    await rig.host().findOrMake(first);
    const inode = rig.files.names.get(fileOf(first));
    if (inode) rig.files.names.set(fileOf(second), inode);
    await expect(rig.host().find(second)).rejects.toThrow('the record of another consultation');
    const forged = Buffer.from(inode?.bytes ?? [])
      .toString('utf8')
      .replace(first, second);
    rig.files.names.set(fileOf(second), { bytes: Buffer.from(forged) });
    await expect(rig.host().find(second)).rejects.toThrow(KeyMissing);
  });

  it.each(['', '{}', 'null', '{"version":1,"state":"active"}', '{"version":2}'])(
    'is damaged when it reads %j',
    async (text) => {
      const rig = createKeyRig();
      rig.files.names.set(fileOf(first), { bytes: Buffer.from(text) });
      await expect(rig.host().find(first)).rejects.toThrow(KeyRecordDamaged);
      await expect(rig.host().findOrMake(first)).rejects.toThrow(KeyRecordDamaged);
    },
  );

  it('is not taken for absent when its record can not be read', async () => {
    const rig = createKeyRig();
    for (const code of ['EIO', 'ESTALE', 'EACCES']) {
      rig.files.before = (call) => {
        if (call === 'read') throw failure(code);
      };
      await expect(rig.host().find(first)).rejects.toThrow(StoreUnavailable);
    }
  });
});

describe('erasing', () => {
  it('leaves a tombstone in the place of the key, and no host makes another key', async () => {
    const rig = createKeyRig();
    const [host, other] = [rig.host(), rig.host()];
    const key = await host.findOrMake(first);
    await other.findOrMake(first);
    const erasure = await host.erase(first, why);
    expect(erasure).toEqual({ erasedAt: new Date(1_000_000).toISOString(), ...why });
    expect(await host.findOrMake(first)).toEqual({ kind: 'erased', erasure });
    // The other host's key lives on for a while, and no longer.
    expect(await other.findOrMake(first)).toEqual(key);
    rig.pass(keyLifeMs);
    expect(await other.findOrMake(first)).toEqual({ kind: 'erased', erasure });
    expect(Object.values(rig.files.texts())).toEqual([
      `${JSON.stringify({ version: 1, consultation_id: first, state: 'erased', erased_at: erasure.erasedAt, erased_by: 'ana', reason: 'asked to' })}\n`,
    ]);
  });

  it('says of a repeat what was said first', async () => {
    const rig = createKeyRig();
    await rig.host().findOrMake(first);
    const erasure = await rig.host().erase(first, why);
    rig.pass(5_000);
    expect(await rig.host().erase(first, { erasedBy: 'eva', reason: 'again' })).toEqual(erasure);
  });

  it('of a consultation without a key keeps it from getting one', async () => {
    const rig = createKeyRig();
    const erasure = await rig.host().erase(first, why);
    expect(await rig.host().findOrMake(first)).toEqual({ kind: 'erased', erasure });
  });

  it('leaves other consultations alone', async () => {
    const rig = createKeyRig();
    await rig.host().findOrMake(first);
    const key = await rig.host().findOrMake(second);
    await rig.host().erase(first, why);
    expect(await rig.host().find(second)).toEqual(key);
  });

  it('writes over the bytes of the key, whoever else has them', async () => {
    const rig = createKeyRig();
    await rig.host().findOrMake(first);
    const inode = rig.files.names.get(fileOf(first));
    await rig.host().erase(first, why);
    expect(inode?.bytes.every((byte) => byte === 0)).toBe(true);
  });

  it('removes a copy that a crashed writer left, and no one else’s', async () => {
    const rig = createKeyRig();
    await rig.host().findOrMake(first);
    await rig.host().findOrMake(second);
    const copy = (name: string, of: typeof first) => {
      rig.files.names.set(path.join(folder, 'tmp', name), {
        bytes: Uint8Array.from(rig.files.names.get(fileOf(of))?.bytes ?? []),
      });
    };
    copy('dead.json', first);
    copy('alive.json', second);
    await rig.host().erase(first, why);
    expect([...rig.files.names.keys()].filter((name) => name.includes('/tmp/'))).toEqual([`${folder}/tmp/alive.json`]);
    // Also when a crash came between the tombstone and this.
    copy('alive.json', second);
    // One of its own, and one that a loss of power cut off behind its key.
    const record = renderRecord(first, {
      state: 'active',
      createdAt: '2026-11-25T00:00:00Z',
      wrappedKey: 'k'.repeat(64),
    });
    rig.files.names.set(`${folder}/tmp/cut.json`, { bytes: record.subarray(0, -3) });
    rig.files.names.set(`${folder}/tmp/late.json`, { bytes: Buffer.from(`{"consultation_id":"${first}"}`) });
    await rig.host().erase(first, why);
    expect([...rig.files.names.keys()].filter((name) => name.includes('/tmp/'))).toEqual([`${folder}/tmp/alive.json`]);
  });

  it.each(['read', 'unlink'])(
    'has not happened while a copy that a crashed writer left is stale: %s',
    async (failing) => {
      const rig = createKeyRig();
      await rig.host().findOrMake(first);
      const copy = path.join(folder, 'tmp', 'dead.json');
      rig.files.names.set(copy, { bytes: Uint8Array.from(rig.files.names.get(fileOf(first))?.bytes ?? []) });
      rig.files.before = (call, file) => {
        if (call === failing && file === copy) throw failure('ESTALE');
      };
      await expect(rig.host().erase(first, why)).rejects.toThrow(StoreUnavailable);
      rig.files.before = () => {};
      await rig.host().erase(first, why);
      expect(rig.files.names.has(copy)).toBe(false);
    },
  );

  it('has happened although the answer to its rename was lost', async () => {
    const rig = createKeyRig();
    await rig.host().findOrMake(first);
    rig.files.after = (call) => {
      if (call === 'rename') throw failure('EIO');
    };
    await rig.host().erase(first, why);
    expect(await rig.host().find(first)).toMatchObject({ kind: 'erased' });
  });

  it('makes the tombstone’s name durable when it is repeated, since the first may have crashed before it could', async () => {
    const rig = createKeyRig();
    await rig.host().findOrMake(first);
    let isRenamed = false;
    rig.files.before = (call) => {
      isRenamed ||= call === 'rename';
      if (isRenamed && call === 'sync') throw failure('EIO');
    };
    await expect(rig.host().erase(first, why)).rejects.toThrow(StoreUnavailable);
    expect(rig.files.texts()[fileOf(first)]).toContain('erased');
    const synced: string[] = [];
    rig.files.before = (call, file) => {
      if (call === 'sync') synced.push(file);
    };
    await rig.host().erase(first, why);
    expect(synced).toContain(path.dirname(fileOf(first)));
  });

  it('replaces a record that is damaged', async () => {
    const rig = createKeyRig();
    rig.files.names.set(fileOf(first), { bytes: Buffer.from('?') });
    await rig.host().erase(first, why);
    expect(await rig.host().find(first)).toMatchObject({ kind: 'erased' });
  });

  it('is seen whole by who reads the record while its bytes are written over', async () => {
    const rig = createKeyRig();
    await rig.host().findOrMake(first);
    const tombstone = rig.host().erase(first, why);
    await tombstone;
    const stale = rig.host();
    let reads = 0;
    const { read } = rig.files;
    rig.files.read = async (file) => (++reads === 1 ? new Uint8Array(10) : read.call(rig.files, file));
    expect(await stale.find(first)).toMatchObject({ kind: 'erased' });
  });

  it('can be repeated after a crash at any call, and there is never a second key', async () => {
    let crashes = 0;
    for (let at = 1; ; at++) {
      const rig = createKeyRig();
      const key = await rig.host().findOrMake(first);
      let calls = 0;
      // A process that is gone makes no further call.
      rig.files.before = () => {
        if (++calls >= at) throw failure('EIO');
      };
      const ended = await rig
        .host()
        .erase(first, why)
        .then(
          () => 'done',
          () => 'crashed',
        );
      rig.files.before = () => {};
      const found = await rig.host().findOrMake(first);
      if (found.kind === 'active') expect(found).toEqual(key);
      expect(await rig.host().erase(first, why)).toMatchObject(why);
      expect(await rig.host().findOrMake(first)).toMatchObject({ kind: 'erased' });
      const left = Object.values(rig.files.texts()).join('');
      expect(left).not.toContain('wrapped_key');
      if (ended === 'done' && calls < at) break;
      crashes++;
    }
    expect(crashes).toBeGreaterThan(8);
  });

  it('wins against a key that is made in the same moment, at any interleaving', async () => {
    for (let at = 1; at <= 12; at++) {
      const rig = createKeyRig();
      const [maker, eraser] = [rig.host(), rig.host()];
      let calls = 0;
      let erasing: Promise<unknown> | undefined;
      const { link } = rig.files;
      rig.files.before = () => {
        if (++calls === at) erasing = eraser.erase(first, why);
      };
      rig.files.link = async (from, to) => {
        if (erasing && at % 2 === 0) await erasing;
        return link.call(rig.files, from, to);
      };
      await maker.findOrMake(first).catch((error: unknown) => expect(error).toBeInstanceOf(StoreUnavailable));
      await (erasing ?? eraser.erase(first, why));
      rig.files.before = () => {};
      rig.pass(keyLifeMs);
      expect(await maker.findOrMake(first)).toMatchObject({ kind: 'erased' });
      expect(await rig.host().findOrMake(first)).toMatchObject({ kind: 'erased' });
    }
  });
});
