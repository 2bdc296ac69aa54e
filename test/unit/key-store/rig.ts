import type { ConsultationId } from '../../../shared/domain/ids.ts';
import { KeyStore } from '../../../shared/key-store/key-store.ts';
import { masterKeyOf } from '../../../shared/key-store/master-key.ts';
import { systemClock } from '../../../shared/ports/clock.ts';
import { MemoryKeyFiles } from './memory-key-files.ts';

export const folder = '/keys';
export const first = 'consultation-1' as ConsultationId;
export const second = 'consultation-2' as ConsultationId;
export const masterKey = masterKeyOf(new Uint8Array(32).fill(5));

/** Several hosts' key stores on one folder in memory, with a clock that stands until it is moved. */
export const createKeyRig = () => {
  const files = new MemoryKeyFiles();
  let nowMs = 1_000_000;
  const clock = { ...systemClock, nowMs: () => nowMs, monotonicMs: () => nowMs };
  let [keyCount, nameCount] = [0, 0];
  return {
    files,
    pass: (ms: number) => {
      nowMs += ms;
    },
    host: (key = masterKey) =>
      new KeyStore({
        folder,
        files,
        masterKey: key,
        clock,
        randomKey: () => new Uint8Array(32).fill(++keyCount),
        newId: () => `temporary-${++nameCount}`,
      }),
  };
};
