import { expect } from 'vitest';
import type { ConsultationId } from '../../../shared/domain/ids.ts';
import { keyLifeMs } from '../../../shared/key-store/key-cache.ts';
import { consultations } from '../rig/events.ts';
import { type Program, requireOutage } from '../rig/world.ts';
import type { EncryptedWorld } from './encrypted-world.ts';

/** The consultation that is erased, and when that was done. */
export interface Erasing {
  readonly consultationId: ConsultationId;
  doneAtMs: number | undefined;
}

/** Erases a consultation some time, however often that fails. */
export const erasing =
  (world: EncryptedWorld, erasure: Erasing): Program =>
  async (files) => {
    const keys = world.newKeyStore(files);
    await world.scheduler.sleep(world.scheduler.random.below(900_000));
    while (erasure.doneAtMs === undefined) {
      try {
        await keys.erase(erasure.consultationId, { erasedBy: 'ana', reason: 'asked to' });
        erasure.doneAtMs = world.scheduler.nowMs;
      } catch (error) {
        requireOutage(error, files);
      }
    }
  };

/** Reads, and sees nothing of an erased consultation once its hosts must know; what it sees of others is never erased. */
export const seeingNothingErased =
  (world: EncryptedWorld, rounds: number, erasure: Erasing): Program =>
  async (files) => {
    const { random } = world.scheduler;
    const reader = world.newReader(files);
    for (let round = 0; round < rounds; round++) {
      const consultationId = random.pick(consultations);
      const { doneAtMs = Number.POSITIVE_INFINITY } = erasure;
      const mustBeErased = consultationId === erasure.consultationId && world.scheduler.nowMs >= doneAtMs + keyLifeMs;
      try {
        const { events } = await reader.byConsultation({ consultationId, limit: 1_000, includeUnsealed: true });
        for (const { erasedAt, payload, userId } of events) {
          if (mustBeErased) expect([payload, userId, erasedAt]).toEqual(['null', undefined, expect.any(String)]);
          if (consultationId !== erasure.consultationId) expect(erasedAt).toBeUndefined();
        }
      } catch (error) {
        requireOutage(error, files);
      }
      await world.scheduler.sleep(random.below(300_000));
    }
  };
