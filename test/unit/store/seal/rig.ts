import { randomFillSync } from 'node:crypto';
import path from 'node:path';
import type { AcceptedEvent } from '../../../../shared/domain/event.ts';
import { createUuidV7Source } from '../../../../shared/domain/ids.ts';
import { systemClock } from '../../../../shared/ports/clock.ts';
import { CommitLog } from '../../../../shared/store/commits/commit-log.ts';
import type { StoreState } from '../../../../shared/store/commits/state.ts';
import { nodeStoreFiles, rangeOf } from '../../../../shared/store/files.ts';
import { createPartWriter } from '../../../../shared/store/level0.ts';
import { generateSigningKey, openSigner } from '../../../../shared/store/log/note/signer.ts';
import { openSealedPart } from '../../../../shared/store/part/sealed/open.ts';
import type { SealRow } from '../../../../shared/store/seal/row.ts';
import { Sealer, type SealerOptions } from '../../../../shared/store/seal/sealer.ts';
import { silentLogger } from '../../../../shared/telemetry/log.ts';
import { temporaryFolder } from '../folders.ts';

export const signer = openSigner(generateSigningKey('test.local/log', new Uint8Array(32).fill(7)));

const newId = createUuidV7Source(Date.now, randomFillSync);

/** Seals whatever is there at once. */
export const sealerOf = (folder: string, changes: Partial<SealerOptions> = {}): Sealer =>
  new Sealer({
    folder,
    files: nodeStoreFiles,
    clock: systemClock,
    logger: silentLogger,
    newId,
    pace: { waitingParts: 1, waitingMs: 0 },
    batch: { events: 10_000, bytes: 16_000_000 },
    graceMs: 600_000,
    compressionOf: () => 'gzip-1',
    openSigner: async () => signer,
    checkpointFolder: undefined,
    quarantine: async () => {},
    ...changes,
  });

export interface SealRig {
  readonly folder: string;
  readonly conflicts: SealRow[];
  /** Writes a level-0 part. @returns its path */
  store(...events: readonly AcceptedEvent[]): Promise<string>;
  sealer(changes?: Partial<SealerOptions>): Sealer;
  state(): Promise<StoreState>;
  /** The sealed events in the order of their positions. */
  sealed(): Promise<readonly AcceptedEvent[]>;
}

/** A store on disk of the running test's own. */
export const createSealRig = (): SealRig => {
  const folder = temporaryFolder();
  const writer = createPartWriter({ folder });
  const conflicts: SealRow[] = [];
  const state = (): Promise<StoreState> => new CommitLog({ folder, files: nodeStoreFiles }).catchUp();
  return {
    folder,
    conflicts,
    store: async (...events) => (await writer.write(events, 'gzip-1')).path,
    sealer: (changes) => sealerOf(folder, { quarantine: async (rows) => void conflicts.push(...rows), ...changes }),
    state,
    sealed: async () => {
      const { parts, tree } = await state();
      const events: AcceptedEvent[] = [];
      for (const { path: file, base_position } of parts.values()) {
        const bytes = await nodeStoreFiles.read(path.join(folder, file));
        const part = await openSealedPart(rangeOf(bytes), { path: file, basePosition: base_position });
        const rows = Array.from({ length: part.meta.count }, (_, row) => row);
        for (const { position, ...event } of await part.events(rows)) events[position ?? -1] = event;
      }
      if (events.length !== tree.size) throw new Error(`${events.length} events of a log of ${tree.size}`);
      return events;
    },
  };
};
