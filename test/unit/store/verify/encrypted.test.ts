import { describe, expect, it } from 'vitest';
import type { AcceptedEvent } from '../../../../shared/domain/event.ts';
import type { ConsultationId } from '../../../../shared/domain/ids.ts';
import { createEncryption } from '../../../../shared/encryption/encryption.ts';
import { createKeysAtHand } from '../../../../shared/encryption/keys-at-hand.ts';
import { createKeyRig } from '../../key-store/rig.ts';
import { consultation, eventOf } from '../events.ts';
import { createSealRig } from '../seal/rig.ts';
import { verifyRig } from './rig.ts';

const other = 'consultation-2' as ConsultationId;

/** Two sealed and one unsealed event of a consultation, one sealed event of another, all encrypted, and one in clear. */
const encryptedStore = async () => {
  const rig = createSealRig();
  const keys = createKeyRig();
  const host = keys.host();
  const encrypted = async (...events: readonly AcceptedEvent[]): Promise<readonly AcceptedEvent[]> =>
    (await createEncryption(host).encrypt(events)).flatMap((each) => (each.kind === 'encrypted' ? [each.event] : []));
  await rig.store(...(await encrypted(eventOf(1), eventOf(2), eventOf(3, { consultationId: other }))), eventOf(4));
  await rig.sealer().seal();
  await rig.store(...(await encrypted(eventOf(5))));
  return { rig, keys, host };
};

const why = { erasedBy: 'ana', reason: 'asked to' };

describe('verify of encrypted events', () => {
  it('is clean with no key at all, also after an erasure', async () => {
    const { rig, host } = await encryptedStore();
    expect(await verifyRig(rig)).toMatchObject({ findings: [], report: { events: 4, level0Events: 1 } });
    await host.erase(consultation, why);
    const { findings, report } = await verifyRig(rig);
    expect(findings).toEqual([]);
    expect(report.encrypted).toBeUndefined();
  });

  it('counts them where the key store is at hand', async () => {
    const { rig, keys } = await encryptedStore();
    const { findings, report } = await verifyRig(rig, { keys: createKeysAtHand(keys.host()) });
    expect(findings).toEqual([]);
    expect(report.encrypted).toEqual({ encryptedEvents: 4, erasedConsultations: 0, erasedEvents: 0 });
  });

  it('notes what is erased, and by whom, and stays clean', async () => {
    const { rig, keys, host } = await encryptedStore();
    await host.erase(consultation, why);
    const { findings, notes, report } = await verifyRig(rig, { keys: createKeysAtHand(keys.host()) });
    expect(findings).toEqual([]);
    expect(report.encrypted).toEqual({ encryptedEvents: 4, erasedConsultations: 1, erasedEvents: 3 });
    expect(notes).toContainEqual({
      file: host.fileOf(consultation),
      reason: expect.stringMatching(
        /^erased at .* by ana \(asked to\): 3 encrypted events of the consultation consultation-1$/,
      ),
    });
  });

  it('finds a key that is missing', async () => {
    const { rig, keys, host } = await encryptedStore();
    keys.files.names.delete(host.fileOf(other));
    const { findings } = await verifyRig(rig, { keys: createKeysAtHand(keys.host()) });
    expect(findings).toEqual([
      {
        kind: 'missing',
        file: host.fileOf(other),
        reason: expect.stringMatching(/^key missing: 1 encrypted event of/),
      },
    ]);
  });

  it('finds a key that is another, and a record that is damaged', async () => {
    const { rig, keys, host } = await encryptedStore();
    keys.files.names.delete(host.fileOf(other));
    await keys.host().findOrMake(other);
    keys.files.names.set(host.fileOf(consultation), { bytes: Buffer.from('{}') });
    const { findings } = await verifyRig(rig, { keys: createKeysAtHand(keys.host()) });
    expect(findings.map(({ kind, file }) => [kind, file]).sort()).toEqual(
      [
        ['changed', host.fileOf(other)],
        ['changed', host.fileOf(consultation)],
      ].sort(),
    );
  });
});
