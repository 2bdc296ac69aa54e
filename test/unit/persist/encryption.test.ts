import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AcceptedEvent } from '../../../shared/domain/event.ts';
import { leafHash } from '../../../shared/domain/leaf.ts';
import { decryptEvent } from '../../../shared/encryption/decrypt-event.ts';
import { createEncryption } from '../../../shared/encryption/encryption.ts';
import { recordPath } from '../../../shared/key-store/names.ts';
import { decodeRecord } from '../../../shared/queue/packs/decode.ts';
import { eventsErased } from '../../../shared/telemetry/metrics.ts';
import { failure } from '../key-store/memory-key-files.ts';
import { createKeyRig, folder } from '../key-store/rig.ts';
import { createRig, event, outage, pack, unwritable } from './rig.ts';

const other = (number: number, changes: Partial<AcceptedEvent> = {}) =>
  event(number, { consultationId: 'consultation-8' as AcceptedEvent['consultationId'], ...changes });
const secret = event(1, { userId: 'dr. secret', payload: '{"secret":1}' });

const createEncryptedRig = (options: Parameters<typeof createRig>[0] = {}) => {
  const keys = createKeyRig();
  const host = keys.host();
  return { keys, host, ...createRig({ encryption: createEncryption(host), ...options }) };
};

const recordOf = (body: string | undefined): AcceptedEvent => decodeRecord(JSON.parse(body ?? '{}').record);

describe('PERSIST with encryption', () => {
  it('stores payload and user id encrypted, and the leaf of what is stored', async () => {
    const { persist, parts, host } = createEncryptedRig();
    expect(await persist([pack([secret, other(2)])])).toEqual({ failedMessageIds: [], stored: 2, quarantined: 0 });
    const [stored] = parts[0]?.events ?? [];
    if (stored === undefined) throw new Error('nothing was stored');
    expect(JSON.stringify(stored)).not.toContain('secret');
    expect(stored.leaf).toEqual(leafHash(stored));
    const key = await host.find(secret.consultationId);
    if (key.kind !== 'active') throw new Error('there is no key');
    expect(decryptEvent(stored, key.keys)).toEqual({ ...secret, leaf: stored.leaf });
  });

  it('stores the same again when a batch comes again, on any host', async () => {
    const { persist, parts, keys } = createEncryptedRig();
    const elsewhere = createRig({ encryption: createEncryption(keys.host()) });
    await persist([pack([secret])]);
    await persist([pack([secret])]);
    await elsewhere.persist([pack([secret])]);
    expect(parts[1]?.events).toEqual(parts[0]?.events);
    expect(elsewhere.parts[0]?.events).toEqual(parts[0]?.events);
  });

  it('stores what a batch repeats once', async () => {
    const { persist, parts } = createEncryptedRig();
    await persist([pack([event(1), event(1)]), pack([event(1)])]);
    expect(parts.map(({ numbers }) => numbers)).toEqual([['1']]);
  });

  it('drops the events of an erased consultation, acknowledges them, and stores their neighbours', async () => {
    const { persist, parts, letters, host } = createEncryptedRig();
    await persist([pack([event(1)])]);
    await host.erase(event(1).consultationId, { erasedBy: 'ana', reason: 'asked to' });
    eventsErased.reset();
    const report = await persist([pack([event(1), event(2), other(3)]), pack([event(4)])]);
    expect(report).toEqual({ failedMessageIds: [], stored: 1, quarantined: 0 });
    expect(parts[1]?.events.map(({ consultationId }) => consultationId)).toEqual(['consultation-8']);
    expect(letters).toEqual([]);
    expect((await eventsErased.get()).values[0]?.value).toBe(3);
  });

  it('gives every message back while the key store is away, and sends nothing to the dead-letter queue', async () => {
    const { persist, parts, letters, keys } = createEncryptedRig();
    keys.files.before = () => {
      throw failure('EIO');
    };
    const batch = [pack([event(1)]), pack([other(2)])];
    expect((await persist(batch)).failedMessageIds).toEqual(batch.map(({ messageId }) => messageId));
    expect([parts, letters]).toEqual([[], []]);
    keys.files.before = () => {};
    expect((await persist(batch)).stored).toBe(2);
  });

  it('quarantines the events of a consultation whose key is damaged, and stores the others', async () => {
    const { persist, parts, letters, keys } = createEncryptedRig();
    const file = path.join(folder, recordPath(event(1).consultationId));
    keys.files.names.set(file, { bytes: Buffer.from('?') });
    expect(await persist([pack([event(1), other(2)])])).toEqual({ failedMessageIds: [], stored: 1, quarantined: 1 });
    expect(parts.map(({ numbers }) => numbers)).toEqual([['2']]);
    expect(JSON.parse(letters[0]?.body ?? '')).toMatchObject({
      reason: 'unwritable_event',
      detail: expect.stringContaining('Restore the file from a backup of the key store'),
    });
  });

  it.each([
    ['a conflict', {}, [secret, { ...secret, receivedAt: '2026-11-23T10:11:13.000Z', payload: '{"secret":2}' }]],
    ['what no part takes', { onWrite: unwritable }, [secret]],
  ])('keeps %s in a letter that is encrypted, and that can be tried again', async (_, options, sent) => {
    const { persist, letters } = createEncryptedRig(options);
    await persist([pack(sent.map((each) => ({ ...each, leaf: leafHash(each) })))]);
    expect(letters).toHaveLength(1);
    expect(letters[0]?.body).not.toMatch(/secret/);
    const inLetter = recordOf(letters[0]?.body);
    expect(inLetter.leaf).toEqual(leafHash(inLetter));
    const again = createEncryptedRig();
    await again.persist([pack([inLetter])]);
    expect(again.parts[0]?.events).toEqual([inLetter]);
  });

  it('has made its keys durable before anything is written', async () => {
    const order: string[] = [];
    const { persist, keys } = createEncryptedRig({
      onWrite: () => {
        order.push('write');
        return outage();
      },
    });
    keys.files.after = (call, file) => order.push(`${call} ${path.basename(path.dirname(file))}`);
    await persist([pack([event(1)])]);
    expect(order.at(-1)).toBe('write');
    expect(order.filter((step) => step.startsWith('sync'))).not.toEqual([]);
  });
});
