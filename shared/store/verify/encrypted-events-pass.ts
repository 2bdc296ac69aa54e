import path from 'node:path';
import { encryptedMark, isEncrypted } from '../../domain/encrypted-payload.ts';
import { PartDamaged } from '../../domain/errors.ts';
import type { AcceptedEvent } from '../../domain/event.ts';
import type { ConsultationId } from '../../domain/ids.ts';
import type { CommittedPart } from '../commits/format.ts';
import { isGone } from '../files.ts';
import { eventOfRow } from '../part/columns.ts';
import { readPart } from '../part/read.ts';
import { openSealedPart } from '../part/sealed/open.ts';
import type { Witness } from './finding.ts';
import type { KeysAtHand } from './keys-at-hand.ts';
import type { CurrentFiles, VerifyFiles } from './store-reading.ts';

export interface EncryptedEventsOptions {
  readonly files: VerifyFiles;
  readonly store: string;
  readonly keys: KeysAtHand;
  readonly current: CurrentFiles;
  /** Level-0 parts that were listed before the commits were read. */
  readonly listed: readonly string[];
  readonly witness: Witness;
}

/** What there is of events that are stored encrypted. */
export interface EncryptedEventsReport {
  readonly encryptedEvents: number;
  readonly erasedConsultations: number;
  readonly erasedEvents: number;
}

/** A consultation's encrypted events: how many, and one that its key must open. */
interface Encrypted {
  events: number;
  readonly sample: AcceptedEvent;
}

/** Rows whose payloads are in memory at a time come from the part's own scan; only the first event of a consultation is kept. */
const markBytes = Buffer.from(encryptedMark);

type Counts = Map<ConsultationId, Encrypted>;

const count = (counts: Counts, consultationId: ConsultationId, sample: () => AcceptedEvent): void => {
  const known = counts.get(consultationId);
  if (known) known.events++;
  else counts.set(consultationId, { events: 1, sample: sample() });
};

/**
 * Asks the key store about each consultation with encrypted events. That it was erased is a note; a key that is missing, or does not open
 * what was encrypted with it, is a finding. What the events are is proved without any key, by what hashes their ciphertext.
 */
export class EncryptedEventsPass {
  readonly #options: EncryptedEventsOptions;

  constructor(options: EncryptedEventsOptions) {
    this.#options = options;
  }

  /** @throws the system's errors, StoreUnavailable */
  async run(): Promise<EncryptedEventsReport> {
    const { witness } = this.#options;
    const counts = await this.#count();
    let [encryptedEvents, erasedConsultations, erasedEvents, done] = [0, 0, 0, 0];
    for (const [consultationId, { events, sample }] of counts) {
      encryptedEvents += events;
      if (await this.#isErased(consultationId, events, sample)) {
        erasedConsultations++;
        erasedEvents += events;
      }
      witness.progress({ stage: 'keys', done: ++done, of: counts.size });
    }
    return { encryptedEvents, erasedConsultations, erasedEvents };
  }

  async #isErased(consultationId: ConsultationId, events: number, sample: AcceptedEvent): Promise<boolean> {
    const { keys, witness } = this.#options;
    const file = keys.fileOf(consultationId);
    const whose = `${events} encrypted ${events === 1 ? 'event' : 'events'} of the consultation ${consultationId}`;
    const key = await keys.tryOn(sample);
    switch (key.kind) {
      case 'erased':
        witness.noted({ file, reason: `erased at ${key.erasedAt} by ${key.erasedBy} (${key.reason}): ${whose}` });
        return true;
      case 'missing': {
        const reason = `key missing: ${whose} can't be read, and no erasure says why`;
        witness.found({ kind: 'missing', file, reason });
        return false;
      }
      case 'unfit':
        witness.found({ kind: 'changed', file, reason: `${whose} can't be read: ${key.reason}` });
        return false;
      case 'opens':
        return false;
    }
  }

  /** Starts over with the parts of a newer commit when one of them is gone. */
  async #count(): Promise<Counts> {
    const { current } = this.#options;
    for (;;) {
      const counts: Counts = new Map();
      const { parts, removed } = current.state;
      const waiting = this.#options.listed.filter((part) => !removed.has(part));
      let isCurrent = true;
      for (const part of parts.values())
        isCurrent &&= await this.#tryPart(part.path, () => this.#countSealed(part, counts));
      for (const part of waiting) isCurrent &&= await this.#tryPart(part, () => this.#countLevel0(part, counts));
      if (isCurrent) return counts;
    }
  }

  /** @returns false when the part was merged or sealed away meanwhile; one that is damaged or missing was told before. */
  async #tryPart(part: string, read: () => Promise<void>): Promise<boolean> {
    try {
      await read();
      return true;
    } catch (error) {
      if (error instanceof PartDamaged) return true;
      if (await this.#options.current.outdated(part, error)) return false;
      if (!isGone(error)) throw error;
      return true;
    }
  }

  async #countSealed({ path: part, base_position }: CommittedPart, counts: Counts): Promise<void> {
    const { files, store } = this.#options;
    const file = await files.openRanges(path.join(store, part));
    try {
      const sealed = await openSealedPart(file, { path: part, basePosition: base_position });
      for await (const { block, from, to, payloads } of sealed.scan()) {
        const all = Buffer.from(payloads.buffer, payloads.byteOffset, payloads.byteLength);
        for (let row = from; row < to; row++) {
          const start = block.payloadFrom(row) - block.payloadFrom(from);
          const payload = all.subarray(start, start + block.payloadBytes(row));
          if (payload.subarray(0, markBytes.length).compare(markBytes) !== 0) continue;
          const consultationId = block.consultationId(row);
          count(counts, consultationId, () => block.event(row, payload.toString('utf8')));
        }
      }
    } finally {
      await file.close();
    }
  }

  async #countLevel0(part: string, counts: Counts): Promise<void> {
    const { files, store } = this.#options;
    const columns = await readPart(part, await files.read(path.join(store, part)));
    const arena = Buffer.from(columns.payload.buffer, columns.payload.byteOffset, columns.payload.byteLength);
    for (let row = 0; row < columns.count; row++) {
      const [from, to] = [Number(columns.payloadOffset[row]), Number(columns.payloadOffset[row + 1])];
      const payload = arena.toString('utf8', from, to);
      if (!isEncrypted(payload)) continue;
      const event = eventOfRow(columns, row, payload);
      count(counts, event.consultationId, () => ({ ...event, leaf: Uint8Array.from(event.leaf) }));
    }
  }
}
