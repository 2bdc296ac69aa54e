import { Gauge } from 'prom-client';
import type { PartDamaged } from '../../domain/errors.ts';
import type { Logger } from '../../telemetry/log.ts';
import { registry } from '../../telemetry/metrics.ts';
import { dictionaries } from '../part/layout.ts';
import { withPart } from '../part/read.ts';

export const damagedParts = new Gauge({
  name: 'fi_store_damaged_parts',
  help: 'Parts that this process found damaged and has not read whole since; restore them from a backup.',
  registers: [registry],
});

/** How long a damaged part is taken for one before it is looked at again: it may have been restored, and a look costs 20 ms. */
export const lookAgainMs = 60_000;

/**
 * A share that was away under a reader may show wrong lengths for a moment: the kernel takes a read that broke off for the end of
 * the file, and believes it for as long as it keeps attributes, a second by default. So what looks damaged is looked at again.
 */
export const confirmAfterMs = 1_500;

interface Damage {
  readonly error: PartDamaged;
  /** Whose events it holds, where that much can still be read. */
  readonly consultations: ReadonlySet<string> | undefined;
  readonly foundAtMs: number;
}

/**
 * The parts that can't be read. A reader that leaves them out in silence shows a record with holes in it as if it were
 * whole, and one that fails altogether lets one bad sector take every consultation down. So a damaged part is an error
 * for the consultations that it names; where not even those can be read, the answer says that it may lack something.
 */
export class DamageRegister {
  readonly #logger: Logger;
  readonly #nowMs: () => number;
  readonly #damages = new Map<string, Damage>();

  constructor(logger: Logger, nowMs: () => number) {
    this.#logger = logger;
    this.#nowMs = nowMs;
  }

  /** True when the part is known to be damaged and it is too early to look again. */
  holds(part: string): boolean {
    const damage = this.#damages.get(part);
    return damage !== undefined && this.#nowMs() - damage.foundAtMs < lookAgainMs;
  }

  async add(part: string, bytes: Uint8Array, error: PartDamaged): Promise<void> {
    const consultations = await withPart(part, bytes, ({ names }) => new Set(names(dictionaries.consultation))).catch(
      () => undefined,
    );
    if (!this.#damages.has(part)) {
      damagedParts.inc();
      this.#logger.error('a part is damaged; its events are missing until it is restored', { path: part, error });
    }
    this.#damages.set(part, { error, consultations, foundAtMs: this.#nowMs() });
  }

  remove(part: string): void {
    if (this.#damages.delete(part)) damagedParts.dec();
  }

  parts(): readonly string[] {
    return [...this.#damages.keys()];
  }

  /** The error of a part that is known to hold events of the consultation. */
  errorFor(consultationId: string): PartDamaged | undefined {
    for (const { error, consultations } of this.#damages.values()) if (consultations?.has(consultationId)) return error;
    return undefined;
  }

  /** Parts that may hold events of any consultation. */
  unreadable(): readonly string[] {
    return [...this.#damages].filter(([, { consultations }]) => consultations === undefined).map(([part]) => part);
  }
}
