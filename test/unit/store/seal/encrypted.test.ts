import { describe, expect, it } from 'vitest';
import type { AcceptedEvent } from '../../../../shared/domain/event.ts';
import { encryptEvent } from '../../../../shared/encryption/encrypt-event.ts';
import { createOtherForm } from '../../../../shared/encryption/other-form.ts';
import type { KeyFinder } from '../../../../shared/key-store/key-store.ts';
import { createKeyRig } from '../../key-store/rig.ts';
import { consultation, eventOf } from '../events.ts';
import { createSealRig } from './rig.ts';

const createEncryptedSealRig = async () => {
  const rig = createSealRig();
  const host = createKeyRig().host();
  const key = await host.findOrMake(consultation);
  if (key.kind !== 'active') throw new Error('there is no key');
  const encrypted = (event: AcceptedEvent): AcceptedEvent => encryptEvent(event, key.keys);
  const seal = (keys: KeyFinder = host) => rig.sealer({ otherForm: createOtherForm(async () => keys) }).seal();
  return { rig, host, encrypted, seal };
};

const altered = eventOf(1, { payload: '{"n":1.0}' });

describe('a repeat of a sealed event', () => {
  it('that is encrypted as it is, is dropped, and another event with its id is a conflict', async () => {
    const { rig, encrypted, seal } = await createEncryptedSealRig();
    await rig.store(encrypted(eventOf(1)), encrypted(eventOf(2)));
    await seal();
    await rig.store(encrypted(eventOf(1)), encrypted(altered));
    expect(await seal()).toMatchObject({ events: 0, repeats: 1, conflicts: 1 });
    expect(rig.conflicts.map(({ event }) => event.payload)).toEqual([encrypted(altered).payload]);
  });

  it('that is encrypted and was stored in clear is dropped, and another event with its id is a conflict', async () => {
    const { rig, encrypted, seal } = await createEncryptedSealRig();
    await rig.store(eventOf(1));
    await seal();
    await rig.store(encrypted(eventOf(1)), encrypted(altered));
    expect(await seal()).toMatchObject({ events: 0, repeats: 1, conflicts: 1 });
  });

  it('that comes in clear and was stored encrypted is dropped, and another event with its id is a conflict', async () => {
    const { rig, encrypted, seal } = await createEncryptedSealRig();
    await rig.store(encrypted(eventOf(1)));
    await seal();
    await rig.store(eventOf(1), altered);
    expect(await seal()).toMatchObject({ events: 0, repeats: 1, conflicts: 1 });
  });

  it('is dropped in either form within one batch too', async () => {
    const { rig, encrypted, seal } = await createEncryptedSealRig();
    await rig.store(eventOf(1), encrypted(eventOf(1)), encrypted(altered));
    expect(await seal()).toMatchObject({ events: 1, repeats: 1, conflicts: 1 });
  });

  it('of an erased consultation never goes to quarantine', async () => {
    const { rig, host, encrypted, seal } = await createEncryptedSealRig();
    await rig.store(encrypted(eventOf(1)));
    await seal();
    await host.erase(consultation, { erasedBy: 'ana', reason: 'asked to' });
    await rig.store(eventOf(1), altered);
    expect(await seal()).toMatchObject({ events: 0, repeats: 2, conflicts: 0 });
    expect(rig.conflicts).toEqual([]);
  });

  it('is a conflict where its key is lost, and sealing goes on', async () => {
    const { rig, encrypted, seal } = await createEncryptedSealRig();
    await rig.store(encrypted(eventOf(1)));
    await seal();
    await rig.store(eventOf(1), encrypted(eventOf(2)));
    const stranger = createKeyRig().host();
    expect(await seal(stranger)).toMatchObject({ events: 1, conflicts: 1 });
    await rig.store(eventOf(2));
    await stranger.findOrMake(consultation);
    await stranger.findOrMake(consultation);
    expect(await seal(stranger)).toMatchObject({ events: 0 });
  });
});
