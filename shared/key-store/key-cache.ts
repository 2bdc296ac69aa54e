import type { ConsultationId } from '../domain/ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { EventKeys } from './event-keys.ts';
import type { Erasure } from './record.ts';

/** How long a key is used before its record is read again: so late does a host notice an erasure by another. */
export const keyLifeMs = 1_000;

/** Consultations whose keys are in memory, some 1 KB each. */
const mostKept = 10_000;

type Active = { readonly kind: 'active'; readonly keys: EventKeys };
type Erased = { readonly kind: 'erased'; readonly erasure: Erasure };

interface Kept {
  readonly key: Active | Erased;
  /** As it stood in the record; undefined of an erased one. */
  readonly wrappedKey: string | undefined;
  readonly readAtMs: number;
  readonly isDurable: boolean;
}

/** The keys that were used last. A tombstone is for good, a key for {@link keyLifeMs}. */
export class KeyCache {
  readonly #kept = new Map<ConsultationId, Kept>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get(consultationId: ConsultationId): Active | Erased | undefined {
    const kept = this.#kept.get(consultationId);
    if (kept === undefined) return undefined;
    if (kept.key.kind === 'active' && this.#clock.monotonicMs() - kept.readAtMs >= keyLifeMs) return undefined;
    return kept.key;
  }

  isDurable(consultationId: ConsultationId): boolean {
    return this.#kept.get(consultationId)?.isDurable ?? false;
  }

  markDurable(consultationId: ConsultationId): void {
    const kept = this.#kept.get(consultationId);
    if (kept) this.#kept.set(consultationId, { ...kept, isDurable: true });
  }

  keepErased(consultationId: ConsultationId, erasure: Erasure): Erased {
    const key: Erased = { kind: 'erased', erasure };
    this.#keep(consultationId, { key, wrappedKey: undefined, readAtMs: 0, isDurable: false });
    return key;
  }

  /** @param open decrypts the key, where it is not the one that is kept already. @throws what `open` throws */
  keepActive(consultationId: ConsultationId, wrappedKey: string, open: () => EventKeys): Active {
    const before = this.#kept.get(consultationId);
    const readAtMs = this.#clock.monotonicMs();
    const same = before?.wrappedKey === wrappedKey && before.key.kind === 'active' ? before : undefined;
    const key: Active = same?.key.kind === 'active' ? same.key : { kind: 'active', keys: open() };
    this.#keep(consultationId, { key, wrappedKey, readAtMs, isDurable: same?.isDurable ?? false });
    return key;
  }

  forget(consultationId: ConsultationId): void {
    this.#kept.delete(consultationId);
  }

  /** The one that was kept longest goes; a Map is in the order in which names were set. */
  #keep(consultationId: ConsultationId, kept: Kept): void {
    this.#kept.delete(consultationId);
    this.#kept.set(consultationId, kept);
    if (this.#kept.size <= mostKept) return;
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined) this.#kept.delete(oldest);
  }
}
